"""Notices: who is told of an assignment, once, and where it is sent."""

import base64

import pytest
from sqlalchemy import select

from meris import notices
from meris.accounts import viewer_of
from meris.dispatch.assignments import assign
from meris.dispatch.moves import move
from meris.errors import Invalid
from meris.fields import Home
from meris.incidents.write import change
from meris.notices import push
from meris.settings import PUSH_HOSTS
from meris.tables import Incident, Notice, NoticeDelivery, PushSubscription
from tests import makers

#: The receiver's keys of RFC 8291, appendix A.
P256DH = "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4"
AUTH = "BTBZMqHH6r4Tts7J_aSIgg"
ENDPOINT = "https://fcm.googleapis.com/fcm/send/abc"


@pytest.fixture
def engine(session, cast):
    """Rita's engine, with Rita on it."""
    rita = cast.viewer("rita")
    unit = makers.unit(session, name="E12", agency_id=rita.agency_id)
    makers.duty(session, rita.account_id, unit)
    return unit


@pytest.fixture
def fire(session):
    return makers.incident(session, place="123 Main St, Columbia")


def told(session, account):
    statement = select(Notice).where(Notice.account_id == account.id).order_by(Notice.id)
    return session.scalars(statement).all()


def subscription(endpoint=ENDPOINT, **keys):
    return {"endpoint": endpoint, "keys": {"p256dh": P256DH, "auth": AUTH} | keys}


def test_who_is_on_duty_on_a_unit_is_told_where_to_go(session, cast, dana, engine, fire):
    assign(session, dana, fire, [engine], task="cover the east side")
    (notice,) = told(session, cast.account("rita"))
    number = session.get_one(Incident, fire).number
    assert (notice.kind, notice.title) == ("assigned", f"E12: go to {number}")
    assert notice.body == (
        "Structure fire, priority 1. 123 Main St, Columbia. Task: cover the east side"
    )
    assert notice.url == "/m"
    assert told(session, cast.account("sam")) == []


def test_each_is_told_in_the_language_of_their_phone(session, cast, dana, engine, fire):
    makers.duty(session, cast.account("sam").id, engine, language="es")
    number = session.get_one(Incident, fire).number
    (held,) = assign(session, dana, fire, [engine], task="east side")
    (english,), (spanish,) = (told(session, cast.account(name)) for name in ("rita", "sam"))
    assert english.title == f"E12: go to {number}"
    assert spanish.title == f"E12: vaya a {number}"
    assert spanish.body == (
        "Incendio de edificio, prioridad 1. 123 Main St, Columbia. Tarea: east side"
    )
    move(session, dana, held.id, status="cancelled", reason="False alarm")
    assert told(session, cast.account("sam"))[-1].title == f"E12: cancelada de {number}"


def test_nobody_is_told_whose_duty_is_over(session, cast, dana, fire):
    rita, unit = cast.viewer("rita"), makers.unit(session)
    before = makers.datetime.now(makers.UTC) - makers.timedelta(hours=20)
    over = before + makers.timedelta(hours=14)
    makers.duty(session, rita.account_id, unit, started_at=before, until_at=over)
    assign(session, dana, fire, [unit])
    assert told(session, cast.account("rita")) == []


def test_a_hold_is_no_news_until_the_unit_is_sent(session, cast, dana, engine, fire):
    (held,) = assign(session, dana, fire, [engine], how="reserved")
    assert told(session, cast.account("rita")) == []
    move(session, dana, held.id, status="dispatched")
    assert [notice.kind for notice in told(session, cast.account("rita"))] == ["assigned"]


def test_the_same_order_again_tells_nobody_again(session, cast, dana, engine, fire):
    for _ in range(2):
        assign(session, dana, fire, [engine], key="once")
    assert len(told(session, cast.account("rita"))) == 1


def test_the_crew_is_told_that_it_is_released_but_not_who_did_it(session, cast, dana, engine, fire):
    sam = cast.viewer("sam")
    makers.duty(session, sam.account_id, engine)
    (held,) = assign(session, dana, fire, [engine])
    move(session, cast.viewer("rita"), held.id, status="released")
    assert [notice.kind for notice in told(session, cast.account("rita"))] == ["assigned"]
    assert [notice.kind for notice in told(session, cast.account("sam"))] == ["assigned", "ended"]


def test_another_place_of_the_incident_is_told_to_those_sent_there(
    session, cast, dana, engine, fire
):
    assign(session, dana, fire, [engine])
    incident = session.get_one(Incident, fire)
    for values in ({"situation": "Smoke showing"}, {"place": "38.95, -92.33"}):
        change(session, dana, fire, version=incident.version, values=values, home=Home.of())
    kinds = [notice.kind for notice in told(session, cast.account("rita"))]
    assert kinds == ["assigned", "changed"]


def test_a_locked_screen_tells_nothing_of_a_confidential_incident(session, cast, engine):
    stella = cast.viewer("stella")
    secret = makers.incident(session, sensitivity="confidential", place="12 Oak St")
    assign(session, stella, secret, [engine])
    (notice,) = told(session, cast.account("rita"))
    assert notice.body == "Open MERIS for what and where."


def test_each_browser_of_a_person_gets_a_delivery(session, cast, dana, engine, fire):
    rita = cast.viewer("rita")
    for name in ("a", "b"):
        given = subscription(f"https://fcm.googleapis.com/{name}")
        push.subscribe(session, rita.account_id, given, label="Pixel", hosts=PUSH_HOSTS)
    assign(session, dana, fire, [engine])
    (notice,) = told(session, cast.account("rita"))
    deliveries = session.scalars(select(NoticeDelivery)).all()
    assert [(row.notice_id, row.state) for row in deliveries] == [(notice.id, "waiting")] * 2


def test_what_was_shown_is_seen(session, cast, dana, engine, fire):
    rita = cast.viewer("rita")
    assign(session, dana, fire, [engine])
    before = notices.newest(session, rita.account_id)
    assert (before["unseen"], before["notices"][0]["seen"]) == (1, False)
    newest = before["notices"][0]["id"]
    assert notices.mark_seen(session, rita.account_id, newest) == 1
    assert notices.mark_seen(session, rita.account_id, newest) == 0
    after = notices.newest(session, rita.account_id)
    assert (after["unseen"], after["notices"][0]["seen"]) == (0, True)


def test_a_browser_that_changes_hands_is_told_the_new_persons_notices_only(session, cast):
    rita, sam = cast.viewer("rita"), cast.viewer("sam")
    push.subscribe(session, rita.account_id, subscription(), label="Pixel", hosts=PUSH_HOSTS)
    push.subscribe(session, sam.account_id, subscription(), label="Pixel", hosts=PUSH_HOSTS)
    (kept,) = session.scalars(select(PushSubscription)).all()
    assert kept.account_id == sam.account_id
    assert push.state(session, rita.account_id, ENDPOINT, PUSH_HOSTS)["mine"] is False
    assert push.state(session, sam.account_id, ENDPOINT, PUSH_HOSTS)["mine"] is True


def test_nobody_takes_anothers_browser_away(session, cast):
    rita, sam = cast.viewer("rita"), cast.viewer("sam")
    push.subscribe(session, rita.account_id, subscription(), label=None, hosts=PUSH_HOSTS)
    push.unsubscribe(session, sam.account_id, ENDPOINT)
    assert push.state(session, rita.account_id, ENDPOINT, PUSH_HOSTS)["mine"] is True
    push.unsubscribe(session, rita.account_id, ENDPOINT)
    assert push.state(session, rita.account_id, ENDPOINT, PUSH_HOSTS)["subscriptions"] == 0


@pytest.mark.parametrize(
    "endpoint",
    [
        "http://fcm.googleapis.com/x",
        "https://localhost/x",
        "https://169.254.169.254/latest/meta-data",
        "https://fcm.googleapis.com:8443/x",
        "https://fcm.googleapis.com.example.org/x",
        "https://user@fcm.googleapis.com/x",
        "https://evilpush.apple.com.example/x",
        "https://fcm.googleapis.com:x/y",
        "ftp://fcm.googleapis.com/x",
        "",
    ],
)
def test_nobody_makes_us_call_any_other_host(session, cast, endpoint):
    rita = cast.viewer("rita")
    with pytest.raises(Invalid):
        push.subscribe(session, rita.account_id, subscription(endpoint), label="", hosts=PUSH_HOSTS)


@pytest.mark.parametrize(
    "endpoint",
    [
        "https://fcm.googleapis.com/fcm/send/x",
        "https://updates.push.services.mozilla.com/wpush/v2/x",
        "https://web.push.apple.com/x",
        "https://wns2-bl2p.notify.windows.com/w/?token=x",
    ],
)
def test_the_push_services_of_the_known_browsers_may_be_called(endpoint):
    assert push.allowed(endpoint, PUSH_HOSTS)


@pytest.mark.parametrize(
    "keys",
    [
        {"p256dh": "AAAA"},
        {"p256dh": base64.urlsafe_b64encode(b"\x04" + b"\x01" * 64).decode()},
        {"auth": "AAAA"},
        {"auth": "é"},
        {"auth": None},
    ],
)
def test_keys_that_cannot_encrypt_are_refused(session, cast, keys):
    with pytest.raises(Invalid):
        push.subscribe(
            session,
            viewer_of(cast.account("rita")).account_id,
            subscription(**keys),
            label="",
            hosts=PUSH_HOSTS,
        )


def test_where_push_is_off_there_is_no_key(session, cast):
    rita = cast.viewer("rita")
    assert push.state(session, rita.account_id, None, ())["key"] is None
    with pytest.raises(Invalid):
        push.subscribe(session, rita.account_id, subscription(), label="", hosts=())
