"""Positions: how programs say them, what is believed, and what is kept."""

import json
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from queue import SimpleQueue

import pytest
from sqlalchemy import func, select, update

from meris.errors import Conflict, Forbidden, Invalid, NotFound
from meris.positions import Fix, devices, owntracks, page, traccar
from meris.positions.fix import refusal
from meris.positions.roster import Roster, top_speed
from meris.positions.track import Track
from meris.positions.writer import Line, Writer, keep
from meris.tables import Device, PositionFix, UnitPosition
from tests import makers

NOW = 1_780_000_000.0
GROUND = top_speed("engine")
#: Requests as OwnTracks and Traccar write them, made up here; see fixtures/positions/README.md.
SAMPLES = Path(__file__).parents[2] / "fixtures" / "positions"


def cases(name: str) -> list:
    with (SAMPLES / name).open(encoding="utf-8") as file:
        return [pytest.param(one, id=one["what"]) for one in json.load(file)]


@pytest.mark.parametrize("case", cases("owntracks.json"))
def test_owntracks_messages_are_read_by_their_own_units(case):
    body = case["body"] if isinstance(case["body"], str) else json.dumps(case["body"])
    assert [list(fix) for fix in owntracks.read(body.encode())] == case["fixes"]


@pytest.mark.parametrize("case", cases("traccar.json"))
def test_traccar_requests_are_read_by_their_own_units(case):
    if "query" in case:
        said = traccar.from_query(case["query"], NOW)
    else:
        said = traccar.from_json(json.dumps(case["body"]).encode(), NOW)
    assert said.token == case["token"]
    assert (list(said.fix) if said.fix else None) == case["fix"]


@pytest.mark.parametrize(
    ("fix", "why"),
    [
        (Fix(NOW, 38.95, -92.33), None),
        (Fix(NOW - 24 * 3600 + 1, 38.95, -92.33), None),
        (Fix(NOW - 24 * 3600 - 1, 38.95, -92.33), "old"),
        (Fix(NOW + 119, 38.95, -92.33), None),
        (Fix(NOW + 121, 38.95, -92.33), "ahead"),
        (Fix(NOW, 0.0, 0.0), "nowhere"),
        (Fix(NOW, 0.0, -92.33), None),
        (Fix(NOW, 90.5, -92.33), "nowhere"),
        (Fix(NOW, 38.95, -180.5), "nowhere"),
    ],
)
def test_a_fix_is_of_these_hours_and_of_this_earth(fix, why):
    assert refusal(fix, NOW) == why


def test_a_jump_is_refused_and_a_drive_is_not():
    track = Track(last=Fix(NOW, 38.95, -92.33, 10.0))
    assert track.refusal(Fix(NOW + 10, 38.958, -92.33, 10.0), GROUND) is None  # 890 m
    assert track.refusal(Fix(NOW + 20, 39.05, -92.33, 10.0), GROUND) == "jump"  # 10 km
    # two poor fixes may be that far apart while standing still
    assert track.refusal(Fix(NOW + 20, 39.05, -92.33, 10_500.0), GROUND) is None


def test_what_flies_goes_farther():
    there = Fix(NOW + 60, 39.09, -92.33, 10.0)  # 15 km in a minute
    assert Track(last=Fix(NOW, 38.95, -92.33)).refusal(there, GROUND) == "jump"
    assert Track(last=Fix(NOW, 38.95, -92.33)).refusal(there, top_speed("helicopter")) is None


def test_three_that_agree_outweigh_one_that_was_wrong():
    track = Track(last=Fix(NOW, 45.0, -80.0))
    here = [Fix(NOW + 10 * n, 38.95, -92.33) for n in range(1, 5)]
    assert [track.refusal(fix, GROUND) for fix in here] == ["jump", "jump", None, None]


def test_the_same_fix_again_is_no_witness_of_itself():
    track = Track(last=Fix(NOW, 45.0, -80.0))
    again = Fix(NOW + 10, 38.95, -92.33)
    assert [track.refusal(again, GROUND) for _ in range(4)] == ["jump"] * 4


def test_a_device_that_was_away_may_send_what_it_kept_and_then_has_to_slow_down():
    track = Track()
    hurried = [track.hurries(NOW) for _ in range(1000)]
    assert (hurried[:900], hurried[900:]) == ([False] * 900, [True] * 100)
    assert not track.hurries(NOW + 60)


@pytest.fixture
def unit(session):
    return makers.unit(session)


@pytest.fixture
def rita(session, cast, unit):
    """Rita is on duty on the unit since an hour, and shares."""
    viewer = cast.viewer("rita")
    makers.sharing(session, viewer.account_id, unit)
    return viewer


def fixes(session, unit):
    statement = (
        select(func.extract("epoch", PositionFix.at), PositionFix.device_id)
        .where(PositionFix.resource_id == unit)
        .order_by(PositionFix.at, PositionFix.device_id)
    )
    return [(float(at), device) for at, device in session.execute(statement)]


def newest(session, unit):
    statement = select(func.extract("epoch", UnitPosition.at), func.ST_Y(UnitPosition.position))
    row = session.execute(statement.where(UnitPosition.resource_id == unit)).first()
    return row and (float(row[0]), row[1])


def test_an_older_fix_lengthens_the_trail_and_moves_nobody(session, unit, rita):
    now = float(int(time.time()))
    for seconds, lat in ((0, 38.95), (-60, 38.94)):
        assert keep(session, [Line(rita.account_id, 0, Fix(now + seconds, lat, -92.3), "test")])
    assert fixes(session, unit) == [(now - 60, 0), (now, 0)]
    assert newest(session, unit) == (now, 38.95)


def test_of_many_in_one_statement_the_newest_is_where_the_unit_is(session, unit, rita):
    now = float(int(time.time()))
    lines = [
        Line(rita.account_id, 0, Fix(now - n, 38.0 + n / 100, -92.3), "test") for n in (3, 1, 2)
    ]
    assert keep(session, lines) == 3
    assert newest(session, unit) == (now - 1, 38.01)


def test_the_same_fix_twice_changes_nothing_the_second_time(session, unit, rita):
    line = Line(rita.account_id, 0, Fix(time.time(), 38.95, -92.3), "test")
    assert [keep(session, [line, line]), keep(session, [line])] == [1, 0]


@pytest.mark.parametrize(
    "duty",
    [
        {"sharing": False, "sharing_at": None},
        {"ended_at": datetime.now(UTC), "ended_by": "self"},
        {"until_at": datetime.now(UTC) - timedelta(minutes=1)},
        {"sharing_at": datetime.now(UTC) + timedelta(hours=9)},
    ],
    ids=["not sharing", "off duty", "past its end", "taken before sharing began"],
)
def test_nothing_is_stored_of_who_is_not_on_duty_and_sharing(session, cast, unit, duty):
    rita = cast.viewer("rita")
    makers.sharing(session, rita.account_id, unit, **duty)
    assert keep(session, [Line(rita.account_id, 0, Fix(time.time(), 38.95, -92.3), "test")]) == 0
    assert (fixes(session, unit), newest(session, unit)) == ([], None)


def test_a_revoked_device_writes_nothing_even_when_the_server_has_not_heard_of_it(
    session, unit, rita
):
    made = devices.make(session, rita, name="Phone", kind="owntracks")
    line = Line(rita.account_id, made.device.id, Fix(time.time(), 38.95, -92.3), "test")
    devices.revoke(session, rita, made.device.id)
    assert keep(session, [line]) == 0


def test_two_phones_on_one_unit_may_take_a_fix_in_the_same_second(session, unit, rita):
    phones = [devices.make(session, rita, name=f"P{n}", kind="traccar").device for n in (1, 2)]
    now = float(int(time.time()))
    lines = [Line(rita.account_id, phone.id, Fix(now, 38.95, -92.3), "t") for phone in phones]
    assert keep(session, lines) == 2


def test_a_token_is_found_by_its_hash_and_only_while_it_is_good(database, session, unit, rita):
    made = devices.make(session, rita, name="Phone", kind="owntracks")
    assert made.token not in (made.device.token_hash, made.device.hint)
    found = Roster(database).find(made.token)
    assert (found.device_id, found.unit_id, found.shares(time.time())) == (
        made.device.id, unit, True,
    )  # fmt: skip
    assert Roster(database).find(made.token[:-1]) is None
    devices.revoke(session, rita, made.device.id)
    assert Roster(database).find(made.token) is None


def test_devices_are_their_owners_alone(session, cast, rita):
    made = devices.make(session, rita, name=" My  phone ", kind="owntracks")
    assert made.device.name == "My phone"
    with pytest.raises(NotFound):
        devices.revoke(session, cast.viewer("sam"), made.device.id)
    assert devices.of(session, cast.viewer("sam")) == []
    with pytest.raises(Forbidden):
        devices.make(session, cast.viewer("nobody"), name="Phone", kind="owntracks")


@pytest.mark.parametrize(("name", "kind"), [("", "owntracks"), ("x" * 61, "traccar"), ("P", "gps")])
def test_a_device_has_a_name_and_a_program(session, rita, name, kind):
    with pytest.raises(Invalid):
        devices.make(session, rita, name=name, kind=kind)


def test_ten_devices_are_enough_for_anybody(session, rita):
    for n in range(10):
        devices.make(session, rita, name=f"P{n}", kind="traccar")
    with pytest.raises(Conflict):
        devices.make(session, rita, name="One more", kind="traccar")


def test_a_device_says_when_it_was_heard_and_what_was_kept(session, unit, rita):
    made = devices.make(session, rita, name="Phone", kind="owntracks")
    session.execute(update(Device).values(last_used_at=func.now()))
    at = time.time() - 5
    keep(session, [Line(rita.account_id, made.device.id, Fix(at, 38.95, -92.3, 12.0), "test")])
    (line,) = devices.of(session, rita)
    assert (line.fix_at.timestamp(), line.accuracy_m) == (pytest.approx(at), 12.0)


def test_the_page_keeps_what_it_buffered_and_says_why_not_the_rest(session, unit, rita):
    now = time.time()
    told = [(-30, 38.95), (-20, 38.951), (-20, 38.951), (-15, 40.0), (600, 38.95)]
    taken = page.take(
        session, rita, Track(), [Fix(float(int(now)) + at, lat, -92.3) for at, lat in told]
    )
    assert taken == (2, {"twice": 1, "jump": 1, "ahead": 1})
    assert len(fixes(session, unit)) == 2


def test_a_phone_whose_clock_is_wrong_is_put_right_by_whole_minutes():
    sent = datetime.fromtimestamp(NOW - 3600, UTC).isoformat()
    body = {"sent_at": sent, "fixes": [{"at": sent, "lat": 38.95, "lon": -92.3}]}
    (fix,) = page.read(body, NOW + 1.5)
    assert fix.at == NOW
    body = {"sent_at": sent, "fixes": [{"at": sent, "lat": 38.95, "lon": -92.3}]}
    (fix,) = page.read(body, NOW - 3590)
    assert fix.at == NOW - 3600


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"sent_at": "now", "fixes": []},
        {"sent_at": "2026-06-01T00:00:00Z", "fixes": {}},
        {"sent_at": "2026-06-01T00:00:00Z", "fixes": [None]},
        {"sent_at": "2026-06-01T00:00:00Z", "fixes": [{"at": 5, "lat": 1, "lon": 2}]},
        {"sent_at": "2026-06-01T00:00:00Z", "fixes": [{}] * 501},
    ],
)
def test_a_page_that_says_it_wrongly_is_told_so(body):
    with pytest.raises(Invalid):
        page.read(body, NOW)


def test_a_batch_that_breaks_does_not_end_the_writing(monkeypatch):
    writer, told = Writer(None), SimpleQueue()
    broken = iter([True, False])

    def write(_lines, _used):
        if next(broken):
            raise ValueError("nobody foresaw this")

    monkeypatch.setattr(writer, "_write", write)
    for kept in (False, True):
        writer.put([], told.put)
        assert told.get(timeout=10) is kept
