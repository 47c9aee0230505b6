"""POST /api/phone/reports: who may, whose, and what stops a batch; logging out ends duty."""

import pytest
from sqlalchemy import func, select

from meris.phone import duty
from meris.phone.kinds import KINDS
from meris.tables import Duty, PhoneReport, Resource
from meris.web.account_mark import mark_of
from tests import makers, phones
from tests.phones import iso, minutes_ago, report


@pytest.fixture
def rita(client, session):
    return client.sign_in(session, "rita")


@pytest.fixture
def engine(session, rita):
    return makers.unit(
        session,
        name="E12",
        agency_id=rita.agency_id,
        status="off_duty",
        status_at=minutes_ago(600),
    )


@pytest.fixture
def post(client, app):
    """What a phone sends, under the mark of `account_id`."""

    def send(account_id, *given, **headers):
        with app.app_context():
            mark = mark_of(account_id)
        body = {"account": mark, "sent_at": iso(minutes_ago(0)), "reports": list(given)}
        return client.post("/api/phone/reports", json=body, headers=client.csrf() | headers)

    return send


def kept(session):
    return session.scalar(select(func.count()).select_from(PhoneReport))


def test_every_report_has_its_answer_in_order(session, rita, engine, post):
    on = report("duty", engine, ago=5, on=True)
    base = phones.base(session, engine)
    wrong = {"key": on["key"] + "-broken", "kind": 7}
    staged = report("unit_status", engine, ago=2, base=base, status="staged")
    response = post(rita.account_id, on, wrong, staged, on)
    assert response.status_code == 200
    assert response.headers["Cache-Control"] == "no-store"
    answers = response.json["answers"]
    assert [one["key"] for one in answers] == [g["key"] for g in (on, wrong, staged, on)]
    assert [one["outcome"] for one in answers] == ["applied", "refused", "applied", "applied"]
    assert set(answers[0]) == {"key", "outcome", "message", "theirs", "mine", "state"}
    assert answers[2]["state"] == phones.base(session, engine)
    assert response.json["now"] > iso(minutes_ago(1))


def test_another_accounts_reports_are_not_taken(session, cast, rita, engine, post):
    response = post(cast.account("sam").id, report("duty", engine, on=True))
    assert (response.status_code, response.json["error"]) == (409, "other_account")
    assert kept(session) == 0


@pytest.mark.parametrize("mark", [None, 5, "", "ü" * 16, "0" * 16])
def test_a_mark_that_is_none_is_refused_too(client, session, rita, mark):
    body = {"account": mark, "sent_at": iso(minutes_ago(0)), "reports": [report("check_in")]}
    response = client.post("/api/phone/reports", json=body, headers=client.csrf())
    assert (response.status_code, response.json["error"]) == (409, "other_account")


def test_who_is_not_logged_in_is_told_so(client, rita, post):
    sent = report("check_in")
    with client.session_transaction() as cookie:
        cookie.clear()
    assert post(rita.account_id, sent).status_code == 401


def test_a_forged_request_is_refused(client, session, rita, app, engine):
    with app.app_context():
        mark = mark_of(rita.account_id)
    body = {
        "account": mark,
        "sent_at": iso(minutes_ago(0)),
        "reports": [report("duty", engine, on=True)],
    }
    response = client.post("/api/phone/reports", json=body)
    assert (response.status_code, response.json["error"]) == (400, "csrf")
    assert kept(session) == 0


@pytest.mark.parametrize(
    "change",
    [{"reports": []}, {"reports": {}}, {"reports": [{}] * 51}, {"sent_at": None}, {"sent_at": "x"}],
)
def test_a_batch_that_cannot_be_read_is_422(client, session, app, rita, change):
    with app.app_context():
        mark = mark_of(rita.account_id)
    body = {"account": mark, "sent_at": iso(minutes_ago(0)), "reports": [{}]} | change
    response = client.post("/api/phone/reports", json=body, headers=client.csrf())
    assert response.status_code == 422


def test_nothing_that_a_phone_sends_breaks_the_server(session, rita, engine, post):
    """Every kind with every strange body is an answer and never a fault."""
    bodies = [
        {},
        {"status": 5},
        {"status": None},
        {"status": ["x"]},
        {"on": {}},
        {"on": None},
        {"hours": 1e308, "on": True},
        {"incident_id": 1e300, "text": "x"},
        {"incident_id": "99999999999999999999", "text": None},
        {"text": {"a": 1}},
        {"text": "😀\u202e" * 300},
        {"general": -1, "pets": 10**12, "period": "never"},
        {"quantity": "NaN", "item_code": 5},
    ]
    given = [
        report(kind, (engine, None, 2**62)[number % 3], base={}) | {"body": body}
        for kind in KINDS
        for number, body in enumerate(bodies)
    ]
    for part in range(0, len(given), 50):
        response = post(rita.account_id, *given[part : part + 50])
        assert response.status_code == 200
        assert all(one["message"].strip().endswith(".") for one in response.json["answers"])


def test_logging_out_ends_the_duty_and_the_sharing(client, session, rita, engine):
    duty.start(session, rita, engine, hours=10, at=minutes_ago(30))
    duty.share(session, rita, on=True, at=minutes_ago(30))
    session.commit()
    token = client.csrf()["X-CSRFToken"]
    assert client.post("/log-out", data={"csrf_token": token}).status_code == 302
    session.expire_all()
    (turn,) = session.scalars(select(Duty)).all()
    assert (turn.ended_by, turn.sharing) == ("log_out", False)
    assert session.get_one(Resource, engine).status == "off_duty"
