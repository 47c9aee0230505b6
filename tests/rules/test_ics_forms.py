"""Records on ICS forms: what stands in which block, for which time, and who may read it."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text, update

from meris import resources
from meris.db import SYSTEM, Database
from meris.errors import Forbidden, Invalid, NotFound
from meris.fields import Home
from meris.ics import briefing, check_in, log
from meris.ics.form import Block, Form, as_csv
from meris.ics.period import read_period
from meris.incidents.create import create
from meris.incidents.log import write_log
from meris.tables import Area, Incident, Resource
from tests import makers
from tests.people import Cast

HOME = Home.of()
HOUR = timedelta(hours=1)


@pytest.fixture
def fire(session, dana):
    called = datetime.now(UTC) - 3 * HOUR
    facts = {"type": "sf", "place": "Joplin", "caller_name": "Ann Caller",
             "caller_phone": "5735550100", "reported_at": called.isoformat()}  # fmt: skip
    return create(session, dana, facts, home=HOME).id


def numbers(form):
    return [block.number for line in form.lines for block in line]


def done(form, number="7"):
    return [row[1] for row in form.block(number).rows]


def everything(form):
    return str(form)


def test_each_form_has_its_blocks(session, dana, fire):
    assert numbers(log.of_incident(session, dana, fire, HOME)) == list("12345678")
    assert numbers(briefing.of_incident(session, dana, fire, HOME)) == [
        "1", "2", "3", "4", "5", "6", "7", "8", "9", "10",
    ]  # fmt: skip
    check = check_in.of_incident(session, dana, fire, HOME)
    assert numbers(check) == ["1", "2", "3", "4", "5", "17"]
    titles = " ".join(check.block("5").columns)
    assert all(f"{number}. " in titles for number in range(6, 17))


def test_the_activity_log_tells_who_did_what_when_in_order(session, cast, dana, fire):
    write_log(session, dana, fire, "Roof vented", at=datetime.now(UTC) - HOUR)
    write_log(session, cast.viewer("stella"), fire, "State informed")
    rows = log.of_incident(session, dana, fire, HOME).block("7").rows
    assert [row[0] for row in rows] == sorted(row[0] for row in rows)
    assert rows[0][1].startswith("Reported: Structure fire, Joplin.")
    assert "Roof vented (written " in rows[1][1]
    assert rows[2][1:] == ("State informed", "Stella")


def test_a_correction_says_what_it_corrects(session, dana, fire):
    wrong = write_log(session, dana, fire, "Three hurt")
    write_log(session, dana, fire, "Two hurt", corrects=wrong.id)
    lines = done(log.of_incident(session, dana, fire, HOME))
    assert "Three hurt (corrected below)" in lines
    assert lines[-1].startswith("Correction of ")
    assert lines[-1].endswith(": Two hurt")


def test_only_the_period_asked_for_is_told(session, dana, fire):
    write_log(session, dana, fire, "Early", at=datetime.now(UTC) - 2 * HOUR)
    write_log(session, dana, fire, "Late")
    since = (datetime.now(UTC) - HOUR).isoformat()
    assert done(log.of_incident(session, dana, fire, HOME, (since, None))) == ["Late"]
    assert "Late" not in done(log.of_incident(session, dana, fire, HOME, (None, since)))


def test_a_period_is_read_in_the_states_time_and_must_not_end_before_it_begins():
    noon = datetime(2031, 6, 1, 17, tzinfo=UTC)
    home = replace(HOME, now=lambda: noon)
    period = read_period("2031-06-01T08:00", "2031-06-01 09:30", home)
    assert (period.start.hour, period.end.hour, period.end.minute) == (13, 14, 30)
    assert period.text(home) == "From: 2031-06-01 08:00 CDT\nTo: 2031-06-01 09:30"
    usual = read_period(None, None, home)
    assert usual.end - usual.start == 12 * HOUR + timedelta(seconds=1)
    for span in (("2031-06-01 10:00", "2031-06-01 09:00"), ("soon", None), ("1990-01-01", None)):
        with pytest.raises(Invalid):
            read_period(*span, home)


def test_times_of_assignments_fill_what_the_log_does_not_tell(session, dana, fire):
    unit = makers.unit(session, name="E12")
    sent = datetime.now(UTC) - 2 * HOUR
    makers.assignment(
        session, unit, fire, "on_scene", dispatched_at=sent, on_scene_at=sent + HOUR,
        status_at=sent + HOUR,
    )  # fmt: skip
    write_log(session, dana, fire, "E12 sent by radio", at=sent, resource_id=unit)
    lines = done(log.of_incident(session, dana, fire, HOME))
    assert "E12 sent by radio (written" in " ".join(lines)
    assert "E12: Dispatched." not in lines
    assert "E12: On scene." in lines


def test_a_change_by_sql_is_told_from_the_journal(fresh_database, cast, dana):
    from_sql = "psql"
    database = Database.at(fresh_database.web)
    viewer = replace(dana, account_id=None, agency_id=None)
    with database.transaction(viewer.actor) as session:
        fire = create(session, viewer, {"type": "sf", "place": "Joplin"}, home=HOME).id
    with database.transaction(replace(viewer.actor, name=from_sql)) as session:
        session.execute(update(Incident).where(Incident.id == fire).values(title="Barn fire"))
    with database.reading() as session:
        rows = log.of_incident(session, viewer, fire, HOME).block("7").rows
    database.dispose()
    assert [row[1:] for row in rows[1:]] == [("Changed: Title.", from_sql)]


def test_the_check_in_list_has_a_line_for_each_unit(session, dana, fire):
    unit = makers.unit(
        session, name="E12", type_level=2, personnel_count=4, leader_name="Capt. Lee",
        call_sign="Engine 12", radio_channel="VTAC11", home_base="Station 1",
        capabilities=["foam"],
    )  # fmt: skip
    now = datetime.now(UTC)
    makers.assignment(
        session, unit, fire, "on_scene", dispatched_at=now - HOUR, en_route_at=now - HOUR,
        on_scene_at=now, task="Division A",
    )  # fmt: skip
    makers.assignment(session, makers.unit(session, name="E13"), fire, "reserved")
    form = check_in.of_incident(session, dana, fire, HOME)
    (row,) = form.block("5").rows
    told = dict(zip(form.block("5").columns, row, strict=True))
    assert told["Resource name or identifier"] == "E12"
    assert (told["Type"], told["9. Total personnel"]) == ("2", "4")
    assert told["8. Leader's name"] == "Capt. Lee"
    assert told["10. Incident contact"] == "Engine 12, VTAC11"
    assert told["12. Departure point, date and time"].startswith("Station 1, 2")
    assert told["14. Incident assignment"] == "Division A, On scene"
    assert told["15. Other qualifications"] == "foam"
    assert told["7. Date/Time check-in"]


def test_the_briefing_has_map_needs_organization_and_resources(session, dana, fire):
    session.execute(
        update(Incident)
        .where(Incident.id == fire)
        .values(commander="Chief Ray", objectives="Save the block", situation="Two buildings")
    )
    square = "MULTIPOLYGON(((-94.55 37.05,-94.45 37.05,-94.45 37.12,-94.55 37.12,-94.55 37.05)))"
    shape = f"SRID={Area.shape.type.srid};{square}"
    session.add(
        Area(kind="hazard", name="Smoke <plume>", shape=shape, incident_id=fire, created_by="Dana")
    )
    unit = makers.unit(session, name="E12", at=makers.COLUMBIA)
    makers.assignment(session, unit, fire, dispatched_at=datetime.now(UTC))
    session.flush()
    form = briefing.of_incident(session, dana, fire, HOME)
    drawing = form.block("4").drawing
    assert drawing.startswith("<svg")
    for told in ("E12", "Smoke &lt;plume&gt;", "Springfield", "Columbia", " mi</text>"):
        assert told in drawing
    assert "Two buildings\nHazard: Smoke <plume>, from " in form.block("5").text
    assert form.block("7").text.startswith("Save the block\nStill needed: 1 engine, 1 ladder")
    organization = dict(form.block("9").rows)
    assert organization["Incident Commander(s)"] == "Chief Ray"
    assert organization["Operations: Boone County OEM"] == "E12"
    assert form.block("10").rows[0][:2] == ("Engine", "E12")


def test_an_incident_without_a_place_says_so(session, dana):
    nowhere = makers.incident(session, at=None)
    block = briefing.of_incident(session, dana, nowhere, HOME).block("4")
    assert (block.drawing, block.empty) == (None, "The incident has no place yet.")


def test_who_called_stands_on_no_form(session, dana, fire):
    for make in (log.of_incident, briefing.of_incident, check_in.of_incident):
        told = everything(make(session, dana, fire, HOME))
        assert "Ann" not in told
        assert "0100" not in told


@pytest.mark.parametrize("make", [log.of_incident, briefing.of_incident, check_in.of_incident])
def test_a_confidential_incident_has_no_form_for_others(session, cast, make):
    hidden = makers.incident(session, sensitivity="confidential")
    for who in ("carol", "dana", "nobody"):
        with pytest.raises(NotFound):
            make(session, cast.viewer(who), hidden, HOME)
    assert make(session, cast.viewer("stella"), hidden, HOME).subject


def test_the_log_of_a_unit_tells_its_incidents_moves_and_changes(session, cast, dana, fire):
    carol = cast.viewer("carol")
    unit = makers.unit(session, name="E12", agency_id=carol.agency_id, leader_name="Capt. Lee")
    held = makers.assignment(session, unit, fire, dispatched_at=datetime.now(UTC))
    write_log(session, dana, fire, "E12 on the roof", resource_id=unit, at=None)
    version = session.scalar(text(f"SELECT version FROM resource WHERE id = {unit}"))
    resources.change(
        session, carol, unit, version=version, values={"radio_channel": "VTAC12"}, home=HOME
    )
    form = log.of_unit(session, carol, unit, HOME)
    lines = " ".join(done(form))
    assert "E12 on the roof" in lines
    assert held
    assert form.block("3").text == "Capt. Lee"
    number = session.get_one(Incident, fire).number
    assert f"{number}: " in lines


def test_an_incident_that_is_not_for_the_reader_has_no_name_in_a_units_log(session, cast):
    carol = cast.viewer("carol")
    hidden = makers.incident(session, sensitivity="confidential", title="Raid")
    unit = makers.unit(session, name="E12", agency_id=carol.agency_id)
    makers.assignment(session, unit, hidden, dispatched_at=datetime.now(UTC))
    write_log(session, cast.viewer("stella"), hidden, "Raid begins", resource_id=unit)
    form = log.of_unit(session, carol, unit, HOME)
    number = session.get_one(Incident, hidden).number
    assert number not in everything(form)
    assert "Raid" not in everything(form)
    assert "an incident: E12: Dispatched." in done(form)


def test_a_unit_of_another_agency_is_for_who_reads_histories(session, cast):
    unit = makers.unit(session, agency_id=cast.viewer("carol").agency_id)
    assert log.of_unit(session, cast.viewer("dana"), unit, HOME).title == "Activity Log"
    with pytest.raises(Forbidden, match="belongs to"):
        log.of_unit(session, cast.viewer("rita"), unit, HOME)
    with pytest.raises(NotFound):
        log.of_unit(session, cast.viewer("nobody"), unit, HOME)
    with pytest.raises(NotFound, match="not a unit"):
        log.of_unit(session, cast.viewer("dana"), makers.shelter(session), HOME)


def test_the_log_of_a_person_is_for_the_own_agency_and_who_reads_histories(session, cast, dana):
    for who in ("dana", "stella", "joe"):  # joe keeps a county's records and reads histories
        assert log.of_person(session, cast.viewer(who), dana.account_id, HOME).subject == "Dana"
    for who in ("rita", "sam"):
        with pytest.raises(NotFound):
            log.of_person(session, cast.viewer(who), dana.account_id, HOME)
    with pytest.raises(NotFound):
        log.of_person(session, dana, 999_999, HOME)
    sam = cast.viewer("sam")
    assert log.of_person(session, sam, sam.account_id, HOME).subject == "Sam"


def test_the_log_of_a_person_tells_entries_changes_and_files_of_what_the_reader_may_see(
    fresh_database,
):
    database = Database.at(fresh_database.web)
    with database.transaction(SYSTEM) as session:
        people = Cast(session)
        carol, stella, dana = (people.viewer(who) for who in ("carol", "stella", "dana"))
        open_one = makers.shelter(session, name="Town hall", agency_id=carol.agency_id)
        hidden = makers.shelter(
            session, name="Refuge", agency_id=carol.agency_id, sensitivity="confidential"
        )
        fire = makers.incident(session)
        makers.assignment(session, makers.unit(session, agency_id=carol.agency_id), fire)
    for shelter in (open_one, hidden):
        with database.transaction(carol.actor) as session:
            values = {"notes": "West door", "evacuation_capacity": 40}
            resources.change(session, carol, shelter, version=1, values=values, home=HOME)
    with database.transaction(carol.actor) as session:
        write_log(session, carol, fire, "Buses are coming")
        resources.confirm(session, carol, open_one, version=2)
        session.execute(update(Resource).values(notes="The same for all"))
    with database.reading() as session:
        own, states, others = (
            done(log.of_person(session, who, carol.account_id, HOME))
            for who in (carol, stella, dana)
        )
        number = session.get_one(Incident, fire).number
    database.dispose()
    assert own == states
    assert own[:2] == [
        "Changed Town hall: Evacuation capacity, Notes.",
        "Changed Refuge: Evacuation capacity, Notes.",
    ]
    assert f"{number}: Buses are coming" in own
    assert "Changed 3 records." in own
    assert "Refuge" not in " ".join(others)
    assert "Changed 2 records." in others


def test_a_formula_in_the_log_is_guarded_in_the_csv_file(session, dana, fire):
    write_log(session, dana, fire, "=cmd|' /C calc'!A0")
    body = as_csv(log.of_incident(session, dana, fire, HOME)).decode("utf-8-sig")
    assert body.splitlines()[0] == "Date/Time,Notable activities,By"
    assert ",'=cmd|" in body


def test_a_text_with_commas_and_lines_stays_one_cell():
    block = Block("7", "t", columns=("a", "b"), rows=(("1, 2", 'say "so"\nthen'),))
    form = Form("214", "t", "s", "f", ((block,),), "7")
    assert as_csv(form).decode("utf-8-sig") == 'a,b\r\n"1, 2","say ""so""\nthen"\r\n'
