"""Following an incident: changing it, its status, its log, what it needs, and closing it."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from threading import Barrier, Thread

import pytest
from sqlalchemy import select, update

from meris.accounts import Viewer
from meris.db import Database
from meris.dispatch.closing import close
from meris.errors import Conflict, Forbidden, Invalid, NotFound
from meris.fields import Home
from meris.incidents import log, moves, needs
from meris.incidents.create import create
from meris.incidents.detail import detail
from meris.incidents.write import change
from meris.tables import Incident, IncidentLog, Resource
from tests import makers

HOME = Home.of()
LEE = Viewer("Lee", roles=frozenset({"dispatcher"}))


@pytest.fixture
def fire(session, dana):
    facts = {"type": "sf", "place": "Joplin", "caller_name": "Ann Caller"}
    return create(session, dana, facts, home=HOME).id


def told(session, viewer, incident_id):
    return detail(session, viewer, incident_id)["incident"]


def texts(session, viewer, incident_id):
    return [entry["text"] for entry in log.log_of(session, viewer, incident_id)]


def edit(session, viewer, incident_id, version=1, key=None, **values):
    change(session, viewer, incident_id, version=version, values=values, home=HOME, key=key)
    return told(session, viewer, incident_id)


def test_a_change_is_made_and_told_in_the_log(session, dana, fire):
    after = edit(session, dana, fire, title="Barn fire", priority=2, place="Columbia")
    assert (after["title"], after["priority"], after["version"]) == ("Barn fire", 2, 2)
    assert (after["county_fips"], after["jurisdiction"]) == ("29019", "Columbia")
    line = texts(session, dana, fire)[-1]
    assert "Priority: Lifesaving → Life sustaining." in line
    assert "Place: Joplin → Columbia." in line


def test_another_type_asks_for_what_its_card_says_unless_a_person_said_otherwise(
    session, dana, fire
):
    edit(session, dana, fire, type="wildland_fire")
    assert detail(session, dana, fire)["needs"][0]["unit_types"] == ["brush"]
    assert "Needs now: 2 brush" in texts(session, dana, fire)[-1]
    needs.replace(session, dana, fire, [{"count": 1, "unit_types": ["boat"]}])
    edit(session, dana, fire, version=2, type="structure_fire")
    assert [line["unit_types"] for line in detail(session, dana, fire)["needs"]] == [["boat"]]


def test_what_is_the_same_already_changes_nothing(session, dana, fire):
    before = texts(session, dana, fire)
    assert edit(session, dana, fire, priority="1")["version"] == 1
    assert texts(session, dana, fire) == before


def test_who_called_never_stands_in_the_log(session, dana, fire):
    edit(session, dana, fire, caller_name="Bob Neighbor", situation="Two people hurt")
    line = texts(session, dana, fire)[-1]
    assert "Bob" not in line
    assert "Two people" not in line


def test_the_loser_of_a_race_is_told_who_changed_what_and_keeps_the_rest(session, dana, fire):
    moves.start(session, LEE, fire)
    edit(session, LEE, fire, version=2, title="Barn fire")
    with pytest.raises(Conflict, match=r"changed .* while you had it open") as refused:
        edit(session, dana, fire, version=1, title="House fire")
    details = refused.value.details
    assert details["current"]["incident"]["version"] == 3
    theirs = {one["field"]: one["theirs"] for one in details["changed"]}
    assert theirs == {"title": "Barn fire", "status": "Active"} | {
        name: theirs[name] for name in theirs if name == "status_at"
    }


def test_the_same_key_changes_once(session, dana, fire):
    edit(session, dana, fire, key="k", title="Barn fire")
    assert edit(session, dana, fire, key="k", title="Barn fire")["version"] == 2


def test_of_two_who_change_it_at_once_one_wins(fresh_database):
    database = Database.at(fresh_database.web)
    with database.transaction(LEE.actor) as session:
        fire = create(session, LEE, {"type": "sf", "place": "Joplin"}, home=HOME).id
    start, outcomes = Barrier(2), []

    def write(name):
        viewer = replace(LEE, name=name)
        start.wait()
        try:
            with database.transaction(viewer.actor) as session:
                edit(session, viewer, fire, title=f"{name}'s fire")
            outcomes.append("won")
        except Conflict as refused:
            outcomes.append([one["by"] for one in refused.details["changed"]])

    threads = [Thread(target=write, args=(name,)) for name in ("Dana", "Lee")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    database.dispose()
    assert outcomes.count("won") == 1
    assert ["Dana"] in outcomes or ["Lee"] in outcomes


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"title": ""}, "empty"),
        ({"number": "2026-1"}, "no field"),
        ({"status": "closed"}, "no field"),
        ({"place": ""}, "Where is it"),
        ({"priority": "soon"}, "priority"),
        ({}, "Nothing was sent"),
    ],
)
def test_what_cannot_be_set_is_refused(session, dana, fire, values, words):
    with pytest.raises(Invalid, match=words):
        edit(session, dana, fire, **values)


def test_incidents_cannot_belong_to_one_another_in_a_circle(session, dana):
    first, second, third = (makers.incident(session) for _ in range(3))
    edit(session, dana, second, parent_id=first)
    edit(session, dana, third, parent_id=second)
    with pytest.raises(Invalid, match="belongs to"):
        edit(session, dana, first, parent_id=third)
    with pytest.raises(Invalid, match="itself"):
        edit(session, dana, first, parent_id=first)
    children = detail(session, dana, first)["incident"]["children"]
    assert [child["id"] for child in children] == [second]


def test_two_who_would_close_a_circle_together_cannot(fresh_database):
    database = Database.at(fresh_database.web)
    with database.transaction(LEE.actor) as session:
        ids = [makers.incident(session) for _ in range(2)]
    start, outcomes = Barrier(2), []

    def write(child, parent):
        start.wait()
        try:
            with database.transaction(LEE.actor) as session:
                edit(session, LEE, child, parent_id=parent)
            outcomes.append("done")
        except Invalid:
            outcomes.append("refused")

    threads = [Thread(target=write, args=pair) for pair in (ids, ids[::-1])]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    database.dispose()
    assert sorted(outcomes) == ["done", "refused"]


def test_an_incident_at_a_confidential_site_stays_confidential(session, cast, dana, fire):
    site = makers.shelter(session, sensitivity="confidential", agency_id=dana.agency_id)
    assert edit(session, dana, fire, resource_id=site)["sensitivity"] == "confidential"
    with pytest.raises(Invalid, match="confidential site"):
        edit(session, dana, fire, version=2, sensitivity="restricted")
    with pytest.raises(NotFound):
        detail(session, cast.viewer("carol"), fire)


def status(session, viewer, incident_id, to, **more):
    version = session.scalar(select(Incident.version).where(Incident.id == incident_id))
    moves.set_status(session, viewer, incident_id, version=version, status=to, **more)
    return told(session, viewer, incident_id)


def test_the_status_moves_on_and_is_told(session, dana, fire):
    assert status(session, dana, fire, "active")["moves"] == ["closed", "controlled"]
    after = status(session, dana, fire, "controlled", note="Fire knocked down")
    assert after["status"] == "controlled"
    assert texts(session, dana, fire)[-1] == "Active → Under control: Fire knocked down"


@pytest.mark.parametrize("to", ["controlled", "new", "closed", "bogus"])
def test_moves_that_are_not_allowed_are_refused(session, dana, fire, to):
    with pytest.raises(Invalid):
        status(session, dana, fire, to)


def shut(session, viewer, incident_id, reason="completed", **more):
    session.expire_all()
    version = session.scalar(select(Incident.version).where(Incident.id == incident_id))
    close(session, viewer, incident_id, version=version, reason=reason, **more)
    return told(session, viewer, incident_id)


def test_closing_asks_for_a_reason_and_reopening_too(session, dana, fire):
    with pytest.raises(Invalid, match="Why is it closed"):
        shut(session, dana, fire, reason="because")
    with pytest.raises(Invalid, match="few words"):
        shut(session, dana, fire, reason="other")
    after = shut(session, dana, fire, reason="false alarm", note="Burnt toast")
    assert (after["status"], after["close_reason"], after["closed_by"]) == (
        "closed", "false_alarm", "Dana",
    )  # fmt: skip
    assert texts(session, dana, fire)[-1] == "Closed. False alarm: Burnt toast"
    with pytest.raises(Invalid, match="why the incident is reopened"):
        status(session, dana, fire, "active")
    assert status(session, dana, fire, "active", reason="Smoke again")["closed_at"] is None


def test_a_closed_incident_takes_late_entries_but_no_needs(session, dana, fire):
    shut(session, dana, fire)
    log.write_log(session, dana, fire, "Owner called, thanks")
    with pytest.raises(Conflict, match="Reopen"):
        needs.replace(session, dana, fire, [])


def test_units_that_are_still_there_must_be_named(session, dana, fire):
    units = [makers.unit(session, name=name) for name in ("E1", "E2", "E3")]
    at_work = makers.assignment(session, units[0], fire, "on_scene")
    sent = makers.assignment(session, units[1], fire)
    held = makers.assignment(session, units[2], fire, "reserved")
    with pytest.raises(Conflict, match="E1, E2, and E3 are still at") as refused:
        shut(session, dana, fire)
    assert {line["id"] for line in refused.value.details["still"]} == {at_work, sent, held}
    with pytest.raises(Conflict, match="E2 is still at"):
        shut(session, dana, fire, release=[{"id": at_work}, {"id": held}])
    session.rollback()


def test_closing_releases_the_units_by_name(session, dana, fire):
    units = [makers.unit(session, name=name) for name in ("E1", "E2", "E3")]
    sent = datetime.now(UTC) - timedelta(minutes=9)
    ids = [
        makers.assignment(session, units[0], fire, "on_scene", dispatched_at=sent),
        makers.assignment(session, units[1], fire),
        makers.assignment(session, units[2], fire, "reserved"),
    ]
    release = [{"id": ids[0], "left_as": "returning"}, {"id": ids[1]}, {"id": ids[2]}]
    after = shut(session, dana, fire, release=release)
    assert after["status"] == "closed"
    session.expire_all()
    rows = session.execute(select(Resource.name, Resource.status).where(Resource.id.in_(units)))
    statuses = {row.name: row.status for row in rows}
    assert statuses == {"E1": "returning", "E2": "available", "E3": "available"}


def test_an_incident_that_others_belong_to_is_not_closed_over_them(session, dana, fire):
    child = makers.incident(session, parent_id=fire)
    with pytest.raises(Conflict, match="still open"):
        shut(session, dana, fire)
    shut(session, dana, child)
    assert shut(session, dana, fire)["status"] == "closed"


def test_the_same_key_closes_once(session, dana, fire):
    close(session, dana, fire, version=1, reason="completed", key="k")
    close(session, dana, fire, version=1, reason="completed", key="k")
    assert texts(session, dana, fire).count("Closed. Completed") == 1


def test_a_correction_is_another_entry(session, dana, fire):
    wrong = log.write_log(session, dana, fire, "Three hurt")
    log.write_log(session, dana, fire, "Two hurt, not three", corrects=wrong.id)
    entries = {entry["text"]: entry for entry in log.log_of(session, dana, fire)}
    right = entries["Two hurt, not three"]
    assert (right["kind"], right["corrects"]) == ("correction", wrong.id)
    assert entries["Three hurt"]["corrected_by"] == right["id"]
    with pytest.raises(NotFound):
        log.write_log(session, dana, makers.incident(session), "No", corrects=wrong.id)


def test_when_it_happened_and_when_it_was_written_are_two_times(session, dana, fire):
    then = datetime.now(UTC) - timedelta(minutes=20)
    log.write_log(session, dana, fire, "Roof vented", at=then)
    first = log.log_of(session, dana, fire)[0]
    assert (first["text"], first["at"]) == ("Roof vented", then.isoformat())
    assert first["entered_at"] > first["at"]
    with pytest.raises(Invalid, match="future"):
        log.write_log(session, dana, fire, "Later", at=then + timedelta(hours=1))


def at(hour, minute):
    moment = datetime(2031, 6, 1, hour, minute, tzinfo=UTC)
    return replace(HOME, now=lambda: moment)


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("14:05", datetime(2031, 5, 31, 19, 5, tzinfo=UTC)),  # later than now: yesterday's
        ("0905", datetime(2031, 6, 1, 14, 5, tzinfo=UTC)),
        ("2031-05-30 10:00", datetime(2031, 5, 30, 15, 0, tzinfo=UTC)),
        (None, None),
    ],
)
def test_a_clock_time_is_of_the_last_day_on_the_states_clocks(given, expected):
    assert log.read_time(given, at(15, 0)) == expected


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "Nothing was written"),
        ("   ", "Nothing was written"),
        ("SSN 123-45-6789", "Social Security"),
        ("Mary Smith; John Jones; Linda Brown; James Miller", "list of names"),
        ("x" * 4001, "Shorten"),
        ({"a": 1}, "one entry"),
    ],
)
def test_what_does_not_belong_in_a_log_is_refused_and_not_repeated(
    session, dana, fire, text, words
):
    with pytest.raises(Invalid, match=words) as refused:
        log.write_log(session, dana, fire, text)
    assert "6789" not in str(refused.value.details) + refused.value.message


def test_what_a_crew_has_to_know_of_a_patient_is_written(session, dana, fire):
    assert log.write_log(session, dana, fire, "Patient is diabetic, unconscious").id


def test_the_same_entry_sent_twice_is_one(session, dana, fire):
    ids = {log.write_log(session, dana, fire, "Roof vented", key="k").id for _ in range(2)}
    assert len(ids) == 1


def test_an_agency_with_a_unit_there_writes_in_the_log_and_no_other(session, cast, dana, fire):
    rita = cast.viewer("rita")
    with pytest.raises(Forbidden, match="dispatchers may"):
        log.write_log(session, rita, fire, "Water on the fire")
    makers.assignment(session, makers.unit(session, agency_id=rita.agency_id), fire)
    entry = log.write_log(session, rita, fire, "Water on the fire")
    assert entry.author == "Rita"
    with pytest.raises(Forbidden):
        edit(session, rita, fire, title="Hers")


def test_an_entry_about_a_unit_names_it_to_those_who_may_see_it(session, cast, dana, fire):
    unit = makers.unit(session, name="E7", sensitivity="confidential", agency_id=dana.agency_id)
    log.write_log(session, dana, fire, "On the roof", resource_id=unit)
    assert log.log_of(session, dana, fire)[-1]["resource"] == {"id": unit, "name": "E7"}
    assert log.log_of(session, cast.viewer("carol"), fire)[-1]["resource"] is None


def test_the_caller_is_told_to_dispatchers_only(session, cast, dana, fire):
    assert told(session, dana, fire)["caller_name"] == "Ann Caller"
    carols = told(session, cast.viewer("carol"), fire)
    assert "caller_name" not in carols
    assert "Ann" not in str(carols)


def test_a_confidential_incident_is_not_there_for_others(session, cast, dana):
    facts = {"type": "law", "place": "Joplin", "sensitivity": "confidential"}
    hidden = create(session, dana, facts, home=HOME).id
    for who in ("carol", "rita", "nobody"):
        for call in (detail, log.log_of):
            with pytest.raises(NotFound):
                call(session, cast.viewer(who), hidden)
    assert told(session, cast.viewer("stella"), hidden)["id"] == hidden


def test_the_first_unit_makes_it_active_once(session, dana, fire):
    assert moves.start(session, dana, fire)
    assert not moves.start(session, dana, fire)
    assert texts(session, dana, fire)[-1] == "New → Active."


def test_what_is_sent_counts_towards_the_needs(session, dana, fire):
    needs.replace(session, dana, fire, [{"count": 2, "unit_types": ["engine"], "type_level": 3}])
    makers.assignment(session, makers.unit(session, type="engine"), fire)
    line = detail(session, dana, fire)["needs"][0]
    assert (line["count"], line["sent"], line["missing"]) == (2, 1, 1)
    assert "Needs now: 2 engines" in texts(session, dana, fire)[-1]


def test_nothing_of_it_can_be_rewritten_by_sql(session, dana, fire):
    with pytest.raises(Exception, match="never changed"), session.begin_nested():
        session.execute(update(IncidentLog).values(text="Nothing happened"))
