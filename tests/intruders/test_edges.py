"""At the edges: methods, addresses, members that may not be set, and what is somebody else's."""

import json
from urllib.parse import urlsplit

import pytest
from sqlalchemy import func, select

from meris import notices
from meris.tables import (
    Account,
    ApiToken,
    Device,
    Incident,
    Notice,
    PushSubscription,
    Request,
    Resource,
)
from meris.web.account_mark import mark_of
from meris.web.openapi import methods
from tests import phones
from tests.intruders.how_asked import question
from tests.intruders.standing import kept
from tests.intruders.who_may import entries
from tests.phones import iso, minutes_ago, report
from tests.rules.test_notices import ENDPOINT, subscription

#: Sent as a method, these are of nobody's use here.
NEVER = ("PUT", "TRACE", "PROPFIND", "DELETE")
#: In the place of an id: nothing, of any length or kind, is there.
NO_IDS = (
    "0", "-1", "1e3", "1.0", "0x10", "%31%30%30%30%30%30%30%30", "٣", "9" * 19, "9" * 400, "NaN",
    "null", "..%2f1", "1%2f..%2f2", "1;drop", "1%00", "%ff", "1%20", "+1", "99999999",
)  # fmt: skip


@pytest.fixture(scope="module")
def ada(standing):
    return standing.client("ada")


@pytest.fixture
def session(standing):
    """Whatever a test does has not happened after it."""
    standing.session.commit()
    with standing.undone():
        yield standing.session
        standing.session.rollback()


def ask(client, method, path, **sent):
    with kept(client):
        answer = client.open(path, method=method, headers=client.csrf(), **sent)
        answer.get_data()
        answer.close()
        return answer


def test_a_method_that_an_address_does_not_take_is_405_and_says_which_it_takes(standing, ids, ada):
    """By an administrator, for whom all doors are open."""
    takes, found = {}, []
    for rule in standing.app.url_map.iter_rules():
        takes.setdefault(rule.rule, set()).update(methods(rule))
    for number, entry in enumerate({entry.route: entry for entry in entries()}.values()):
        path = question(entry, ids).path.partition("?")[0]
        method = NEVER[number % len(NEVER)]
        if method in takes[entry.route]:
            continue
        with standing.undone():
            answer = ask(ada, method, path)
        allowed = {one.strip() for one in answer.headers.get("Allow", "").split(",")}
        if answer.status_code != 405 or not takes[entry.route] <= allowed:
            found.append(f"{method} {path}: {answer.status_code}, {allowed}")
    assert found == []


def test_head_is_get_without_a_body_and_options_tells_and_does_nothing(ada, ids):
    for path in ("/api/map", "/incidents", f"/api/resources/{ids['shelter']}"):
        head, got = ask(ada, "HEAD", path), ask(ada, "GET", path)
        assert (head.status_code, head.data) == (got.status_code, b""), path
        assert head.content_type == got.content_type, path
        options = ask(ada, "OPTIONS", path)
        assert options.status_code == 200, path
        assert {"GET", "HEAD"} <= set(options.headers["Allow"].split(", ")), path
        assert options.data == b"", path
        assert "Access-Control-Allow-Origin" not in options.headers, path


@pytest.mark.parametrize("name", ["X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override"])
def test_a_header_is_no_method(standing, session, ids, ada, name):
    headers = {**ada.csrf(), name: "DELETE"}
    path = f"/api/areas/{ids['area']}"
    before = ada.get(path).json
    assert ada.post(path, json={"version": 1, "reason": "x"}, headers=headers).status_code == 405
    assert ada.get(path + "?_method=DELETE", headers=headers).json == before


def test_what_is_no_id_is_404_and_never_ours(standing, ids, ada):
    found = []
    for number, entry in enumerate(entries()):
        asked = question(entry, ids)
        if "<int:" not in entry.route or entry.method != "GET":
            continue
        start = entry.route.partition("<int:")[0]
        tail = asked.path.partition("?")[0].removeprefix(start).partition("/")[2]
        for odd in (NO_IDS[number % len(NO_IDS)], NO_IDS[(number * 7 + 3) % len(NO_IDS)]):
            path = f"{start}{odd}" + (f"/{tail}" if tail else "")
            answer = ask(ada, "GET", path)
            if answer.status_code not in (400, 404, 422):
                found.append(f"{path[:100]}: {answer.status_code}")
    assert found == []


def test_slashes_open_no_second_way_in(standing, ids):
    """With one more, with two, or with one in disguise, a page that is closed stays closed."""
    nobody = standing.client("nobody")
    for path in ("/api/incidents", "/audit", "/uploads", "/m/devices", "/tokens", "/metrics"):
        for odd in (path + "/", "/" + path, path + "//", path.replace("/", "/./", 1),
                    path + "%2f", "/x/.." + path, path + "/.", path.upper()):  # fmt: skip
            # the client would take the word behind two slashes for the name of a host
            answer = nobody.get("/", environ_overrides={"PATH_INFO": odd.replace("%2f", "/")})
            assert answer.status_code in (302, 308, 400, 401, 403, 404), odd
            place = urlsplit(answer.headers.get("Location", "/"))
            assert place.netloc in ("", "localhost"), (odd, place)
            assert not place.path.startswith("//"), (odd, place)


#: Members that nobody sets: whose a thing is, which it is, who did it and when.
SET = {
    "id": 1, "agency_id": 1, "agency": 1, "kind": "area", "version": 99, "role": "admin",
    "roles": ["admin"], "account_id": 1, "created_at": "2000-01-01T00:00:00Z", "actor_name": "x",
    "upload_id": 1, "status_by": "x", "retired_at": None,
    "__class__": "x", "_sa_instance_state": {},
}  # fmt: skip


def row(session, table, key):
    session.expire_all()
    one = session.get_one(table, key)
    return {column.name: getattr(one, column.key) for column in table.__table__.columns}


@pytest.mark.parametrize("name", SET)
@pytest.mark.parametrize("what", ["shelter", "unit", "incident", "request"])
def test_a_change_sets_no_member_that_is_not_to_be_set(standing, session, ids, ada, what, name):
    table = {"incident": Incident, "request": Request}.get(what, Resource)
    kind = {"incident": "incidents", "request": "requests"}.get(what, "resources")
    before = row(session, table, ids[what])
    body = {"version": before["version"], "set": {name: SET[name]}}
    answer = ask(ada, "PATCH", f"/api/{kind}/{ids[what]}", json=body)
    assert answer.status_code in (400, 403, 422), answer.json
    assert row(session, table, ids[what]) == before


@pytest.mark.parametrize("who", ["sam", "rita", "gus", "ruth"])
def test_the_smaller_roles_open_no_site_to_the_public(standing, session, ids, who):
    before = row(session, Resource, ids["shelter"])
    body = {"version": before["version"], "set": {"sensitivity": "public"}}
    answer = ask(standing.client(who), "PATCH", f"/api/resources/{ids['shelter']}", json=body)
    assert answer.status_code == 403
    assert row(session, Resource, ids["shelter"]) == before


def test_what_is_made_is_of_who_makes_it_whatever_is_sent_along(standing, session, ids):
    dana = standing.client("dana")
    extra = SET | {"number": "MINE-1", "status": "closed", "reported_by": "x"}
    fire = {"type": "structure_fire", "lat": 38.95, "lon": -92.33}
    answer = ask(dana, "POST", "/api/incidents", json=extra | fire)
    assert answer.status_code in (200, 201, 422), answer.json
    made = session.scalars(select(Incident).order_by(Incident.id.desc()).limit(1)).one()
    if answer.status_code != 422:
        assert (made.number == "MINE-1", made.status == "closed", made.id == 1) == (False,) * 3
    else:
        assert made.number != "MINE-1"


def test_a_token_is_of_no_higher_role_and_of_no_other_agency_than_its_maker(standing, session):
    carol, before = standing.client("carol"), count(session, ApiToken)
    other = session.scalar(select(Account.agency_id).where(Account.name == "Joe"))
    for sent in ({"role": "admin"}, {"role": "state"}, {"role": "reader", "agency": other}):
        page = ask(carol, "POST", "/tokens", data={"name": "machine", **sent})
        assert "new-token" not in page.text or sent["role"] == "reader"
    agencies = session.scalars(select(ApiToken.agency_id).where(ApiToken.name == "machine")).all()
    assert other not in agencies
    assert count(session, ApiToken) - before == len(agencies) <= 1


def count(session, table, *where):
    return session.scalar(select(func.count()).select_from(table).where(*where))


def of(session, who):
    return session.scalars(select(Account).where(Account.email == f"{who}@example.org")).one()


def test_somebody_elses_notices_are_neither_read_nor_marked_as_seen(standing, session):
    rita, gus = of(session, "rita").id, standing.client("gus")
    notices.tell(session, [rita], "assigned", "assignment/1", "E12: go", "Fire.", "/m")
    session.flush()
    assert ask(gus, "GET", f"/api/phone/notices?account_id={rita}").json["notices"] == []
    for more in ({}, {"account_id": rita}, {"account": rita}):
        ask(gus, "POST", "/api/phone/notices/seen", json={"up_to": 2**53} | more)
    assert count(session, Notice, Notice.account_id == rita, Notice.seen_at.is_(None)) == 1


def test_somebody_elses_browser_is_not_switched_off(standing, session):
    rita, gus = standing.client("rita"), standing.client("gus")
    made = ask(rita, "POST", "/api/phone/push", json={"subscription": subscription()})
    assert made.status_code == 200
    ask(gus, "DELETE", "/api/phone/push", json={"endpoint": ENDPOINT})
    told = ask(gus, "GET", f"/api/phone/push?endpoint={ENDPOINT}").json
    assert ENDPOINT not in json.dumps(told)
    mine = PushSubscription.account_id == of(session, "rita").id
    assert count(session, PushSubscription, mine, PushSubscription.gone_at.is_(None)) == 1


def test_somebody_elses_device_and_token_are_not_there(standing, session, ids):
    before = row(session, Device, ids["device"]), row(session, ApiToken, ids["token"])
    gus, joe = standing.client("gus"), standing.client("joe")
    assert ask(gus, "POST", f"/m/devices/{ids['device']}/revoke").status_code == 404
    assert ask(joe, "POST", f"/tokens/{ids['token']}/revoke").status_code == 404
    assert (row(session, Device, ids["device"]), row(session, ApiToken, ids["token"])) == before


def test_a_phone_reports_nothing_of_another_agencys_unit(standing, session, ids):
    gus, before = of(session, "gus").id, row(session, Resource, ids["unit"])
    with standing.app.app_context():
        mark = mark_of(gus)
    base = phones.base(session, ids["unit"])
    given = [
        report("duty", ids["unit"], ago=5, on=True),
        report("unit_status", ids["unit"], ago=2, base=base, status="staged"),
    ]
    body = {"account": mark, "sent_at": iso(minutes_ago(0)), "reports": given}
    answer = ask(standing.client("gus"), "POST", "/api/phone/reports", json=body)
    assert [one["outcome"] for one in answer.json["answers"]] == ["refused"] * 2
    assert row(session, Resource, ids["unit"]) == before


def test_who_was_locked_out_is_nobody_by_cookie_and_by_token(standing, session):
    """A disabled account's session is over at once. A machine's token is its agency's and stays."""
    rita = of(session, "rita")
    client = standing.client_of(rita)
    assert ask(client, "GET", "/api/incidents").status_code == 200
    rita.active = False
    session.flush()
    assert ask(client, "GET", "/api/incidents").status_code == 401
    assert ask(client, "POST", "/api/phone/notices/seen", json={"up_to": 1}).status_code in (
        400,
        401,
    )
    rita.active = True
    session.flush()


def test_nobody_changes_their_own_role(standing, session):
    """Roles are changed on the server's own command line; no address takes one."""
    assert not [entry for entry in entries() if "role" in entry.route or "/users" in entry.route]
    sam = of(session, "sam")
    before = [role.name for role in sam.roles], sam.agency_id
    client = standing.client("sam")
    for path in ("/account", "/account/password", "/account/verify", "/m/me"):
        for sent in ({"role": "admin"}, {"roles": "admin", "agency_id": "1", "active": "1"}):
            ask(client, "POST", path, data=sent)
    session.expire_all()
    assert ([role.name for role in sam.roles], sam.agency_id) == before
