"""Changing one resource by hand: the version, the rules, the race, and what the journal says."""

from threading import Barrier, Thread

import pytest
from sqlalchemy import text

from meris import resources
from meris.accounts import Viewer
from meris.db import Database
from meris.errors import Conflict, Forbidden, Invalid, NotFound
from meris.fields import Home
from tests import makers

DANA = Viewer("Dana", None, None, None, frozenset({"dispatcher"}))
LEE = Viewer("Lee", None, None, None, frozenset({"dispatcher"}))


def change(session, viewer, resource_id, version=1, **values):
    resources.change(session, viewer, resource_id, version=version, values=values, home=Home.of())
    return resources.detail(session, viewer, resource_id)


def shown(detail, name):
    return next(field for field in detail["fields"] if field["name"] == name)


def test_a_status_carries_who_and_when_and_confirms(session):
    shelter = makers.shelter(session, status="open", confirmed_at=None)
    after = change(session, DANA, shelter, status="full")
    assert after["status"]["code"] == "full"
    assert after["status"]["by"] == "Dana"
    assert after["status"]["at"] == after["confirmed_at"]
    assert after["version"] == 2


def test_one_change_of_two_tables_is_one_version(session):
    shelter = makers.shelter(session, evacuation_capacity=100)
    after = change(session, DANA, shelter, name="Town hall", evacuation_capacity="1,250")
    assert after["version"] == 2
    assert shown(after, "evacuation_capacity")["value"] == 1250


def test_the_version_moves_even_when_only_the_kinds_own_table_changes(session):
    shelter = makers.shelter(session)
    session.execute(text("SELECT pg_sleep(0)"))
    after = change(session, DANA, shelter, evacuation_capacity=10)
    assert after["version"] == 2


def test_a_write_against_an_old_version_is_told_who_changed_what(fresh_database):
    database = Database.at(fresh_database.web)
    with database.transaction(DANA.actor) as session:
        shelter = makers.shelter(session, evacuation_capacity=100)
    with database.transaction(LEE.actor) as session:
        change(session, LEE, shelter, evacuation_capacity=120, notes="Gym only")
    with (
        pytest.raises(Conflict, match="Lee changed") as refused,
        database.transaction(DANA.actor) as session,
    ):
        change(session, DANA, shelter, version=1, notes="West door")
    database.dispose()
    details = refused.value.details
    assert details["current"]["version"] == 2
    assert {(c["field"], c["theirs"], c["by"]) for c in details["changed"]} == {
        ("evacuation_capacity", "120", "Lee"),
        ("notes", "Gym only", "Lee"),
    }


def test_of_two_at_once_one_wins_and_the_other_learns_of_it(fresh_database):
    database = Database.at(fresh_database.web)
    with database.transaction(DANA.actor) as session:
        shelter = makers.shelter(session)
    start, outcomes = Barrier(2), []

    def write(viewer, status):
        start.wait()
        try:
            with database.transaction(viewer.actor) as session:
                change(session, viewer, shelter, status=status)
            outcomes.append("won")
        except Conflict as lost:
            outcomes.append([c["by"] for c in lost.details["changed"] if c["field"] == "status"])

    threads = [Thread(target=write, args=a) for a in ((DANA, "full"), (LEE, "closed"))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    database.dispose()
    assert "won" in outcomes
    (lost,) = [o for o in outcomes if o != "won"]
    assert lost in (["Dana"], ["Lee"])


@pytest.mark.parametrize(
    ("values", "field", "words"),
    [
        ({"evacuation_capacity": "200+"}, "evacuation_capacity", "200"),
        ({"evacuation_capacity": -4}, "evacuation_capacity", "-4"),
        ({"status": "Opn"}, "status", "Open"),
        ({"name": "  "}, "name", "Fill it in"),
        ({"colour": "red"}, "colour", "no field"),
        ({"latitude": 38.5}, "latitude", "both"),
        ({"latitude": 91, "longitude": -92}, "latitude", "latitude"),
        ({"usng": "15S"}, "usng", ""),
        ({}, "", "Nothing was sent"),
    ],
)
def test_a_bad_value_names_the_field_and_the_fix(session, values, field, words):
    shelter = makers.shelter(session)
    with pytest.raises(Invalid) as refused:
        change(session, DANA, shelter, **values)
    (problem,) = refused.value.details["problems"]
    assert problem["field"] == field
    assert words in problem["message"]
    assert resources.detail(session, DANA, shelter)["version"] == 1


def test_all_problems_are_told_at_once(session):
    shelter = makers.shelter(session)
    with pytest.raises(Invalid) as refused:
        change(session, DANA, shelter, status="Opn", pet_capacity="many", name="New name")
    assert {p["field"] for p in refused.value.details["problems"]} == {"status", "pet_capacity"}


def test_a_move_that_is_not_allowed_says_which_are(session):
    unit = makers.unit(session, status="off_duty")
    with pytest.raises(Invalid, match="cannot become On scene") as refused:
        change(session, DANA, unit, status="on_scene")
    assert "Available" in refused.value.message


def test_a_shelter_with_people_in_it_cannot_be_closed(session):
    shelter = makers.shelter(session, population_total=12)
    with pytest.raises(Invalid, match="12 people are still counted"):
        change(session, DANA, shelter, status="closed")
    assert change(session, DANA, shelter, status="closed", population_total=0)["version"] == 2


def test_a_move_on_the_map_finds_the_county_and_is_no_longer_approximate(session):
    shelter = makers.shelter(session, position_radius_m=5000)
    after = change(session, DANA, shelter, latitude="37.20896", longitude=-93.2923)
    assert after["county"]["fips"] == "29077"
    assert after["place"]["radius_m"] is None
    assert after["place"]["source_title"] == "Placed on the map by a person"


def test_a_grid_reference_is_a_place(session):
    shelter = makers.shelter(session, at=None)
    after = change(session, DANA, shelter, usng="15SWC7204270394")
    assert (round(after["place"]["lat"], 3), round(after["place"]["lon"], 3)) == (38.579, -92.173)


def test_an_editor_may_not_touch_another_countys_resource(session):
    boone = makers.agency(session, "Boone County OEM")
    greene = makers.agency(session, "Greene County OEM")
    carol = Viewer("Carol", None, boone, "Boone County OEM", frozenset({"county_editor"}))
    own, foreign = (
        makers.shelter(session, agency_id=boone),
        makers.shelter(session, agency_id=greene),
    )
    assert change(session, carol, own, notes="Ramp at the back")["version"] == 2
    with pytest.raises(Forbidden, match="belongs to Greene County OEM"):
        change(session, carol, foreign, notes="Ramp at the back")


def test_what_one_may_not_see_cannot_be_changed_nor_told_from_nothing(session):
    secret = makers.shelter(session, sensitivity="confidential")
    rita = Viewer("Rita", None, None, None, frozenset({"responder"}))
    with pytest.raises(NotFound) as hidden:
        change(session, rita, secret, notes="x")
    with pytest.raises(NotFound) as absent:
        change(session, rita, 10**12, notes="x")
    assert hidden.value.message == absent.value.message


def test_a_responder_reports_on_units_of_the_own_agency_only(session):
    fire = makers.agency(session, "Columbia Fire")
    rita = Viewer("Rita", None, fire, "Columbia Fire", frozenset({"responder"}))
    engine = makers.unit(session, agency_id=fire)
    assert change(session, rita, engine, status="en_route")["status"]["code"] == "en_route"
    with pytest.raises(Forbidden):
        change(session, rita, engine, version=2, name="Mine")
    with pytest.raises(Forbidden):
        change(session, rita, makers.shelter(session, agency_id=fire), status="full")


def test_the_history_tells_each_field_before_and_after(session):
    shelter = makers.shelter(session, evacuation_capacity=100)
    change(session, DANA, shelter, evacuation_capacity=120, status="full")
    told = resources.history(session, DANA, shelter)
    fields = {f["name"]: (f["before"], f["after"]) for row in told for f in row["fields"]}
    assert fields["status"] == ("open", "full")
    assert fields["evacuation_capacity"] == (100, 120)
    assert told[-1]["what"] == "added"


def test_still_true_renews_the_age_and_nothing_else(session):
    shelter = makers.shelter(session, confirmed_at=None, evacuation_capacity=7)
    assert resources.detail(session, DANA, shelter)["stale_at"] is None
    resources.confirm(session, DANA, shelter, version=1)
    after = resources.detail(session, DANA, shelter)
    assert after["confirmed_by"] == "Dana"
    assert shown(after, "evacuation_capacity")["value"] == 7
    with pytest.raises(Conflict):
        resources.confirm(session, LEE, shelter, version=1)


def test_an_id_used_twice_in_an_agency_is_refused_in_words(session):
    makers.shelter(session, external_id="A1")
    other = makers.shelter(session)
    with pytest.raises(Invalid, match="has this ID already"):
        change(session, DANA, other, external_id="A1")
