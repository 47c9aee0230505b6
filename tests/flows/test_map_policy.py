"""What a viewer may see is the same on the map, in the feed, in details and in search."""

import itertools
import json

import pytest
from sqlalchemy import select, update

from meris import changes, resources, snapshot
from meris.accounts import Policy, Viewer
from meris.db import Database
from meris.errors import NotFound
from meris.feed import Hub
from meris.fields import Home
from meris.tables import Resource
from tests import makers

POLICIES = {
    "public": Policy(),
    "staff": Policy(staff=True),
    "own": Policy(staff=True, own_agency=1),
    "all": Policy(staff=True, everything=True),
}
VIEWERS = [
    Viewer(),
    Viewer("Rita", 1, 1, "Boone", frozenset({"responder"})),
    Viewer("Carol", 2, 1, "Boone", frozenset({"county_editor"})),
    Viewer("Stella", 3, 2, "State", frozenset({"state"})),
]


@pytest.fixture
def planted(session):
    """One resource of each kind and sensitivity, of two agencies."""
    agencies = [makers.agency(session, name) for name in ("Boone County OEM", "Greene County OEM")]
    make = {"shelter": makers.shelter, "supply_site": makers.supply_site, "unit": makers.unit}
    return [
        make[kind](session, sensitivity=sensitivity, agency_id=agency, name=f"Planted {kind}")
        for kind, sensitivity, agency in itertools.product(
            make, ("public", "restricted", "confidential"), agencies
        )
    ]


def ids_of(columns):
    return set(itertools.accumulate(columns["id"]))


def admitted(session, policy):
    return {
        row.id
        for row in session.scalars(select(Resource))
        if policy.admits(kind=row.kind, sensitivity=row.sensitivity, agency_id=row.agency_id)
    }


@pytest.mark.parametrize("name", POLICIES)
def test_the_two_ways_of_saying_the_policy_agree(session, planted, name):
    agency = makers.agency(session)
    policy = POLICIES[name]
    if policy.own_agency:
        policy = Policy(staff=True, own_agency=agency)
    by_database = set(session.scalars(select(Resource.id).where(policy.condition())))
    assert by_database == admitted(session, policy)
    assert by_database & set(planted)


def test_each_step_up_sees_more(session, planted):
    own = Policy(staff=True, own_agency=makers.agency(session))
    sizes = [
        len(admitted(session, policy))
        for policy in (Policy(), Policy(staff=True), own, Policy(staff=True, everything=True))
    ]
    assert sizes == [4, 12, 15, 18]


@pytest.mark.parametrize("viewer", VIEWERS, ids=lambda v: v.name)
def test_map_details_list_and_search_show_the_same(session, planted, viewer):
    agency = makers.agency(session)
    viewer = Viewer(viewer.name, viewer.account_id, agency, "Boone", viewer.roles)
    expected = admitted(session, viewer.policy)
    assert ids_of(snapshot.whole(session, viewer.policy)) == expected
    listed = resources.briefs(session, viewer, planted)
    assert {brief["id"] for brief in listed} == expected
    found = resources.search(session, viewer.policy, "planted", Home.of().gazetteer)
    assert set(found["ids"]) == expected
    assert {r["id"] for r in found["resources"]} == expected
    for resource_id in planted:
        if resource_id in expected:
            assert resources.detail(session, viewer, resource_id)["id"] == resource_id
        else:
            with pytest.raises(NotFound):
                resources.detail(session, viewer, resource_id)


def test_the_public_sees_no_contact(session):
    shelter = makers.shelter(
        session, sensitivity="public", contact_name="Jo Smith", contact_phone="(573) 555-0101"
    )
    shown = json.dumps(resources.detail(session, Viewer(), shelter))
    assert "Jo Smith" not in shown
    assert "555-0101" not in shown


def test_hiding_a_resource_takes_it_off_the_maps_that_showed_it(fresh_database):
    database = Database.at(fresh_database.web)
    with database.transaction(makers_actor()) as session:
        shown = makers.shelter(session, sensitivity="public")
        hidden = makers.shelter(session, sensitivity="confidential")
    with database.reading() as session:
        before = changes.now(session)
    with database.transaction(makers_actor()) as session:
        session.execute(update(Resource).values(sensitivity="confidential", notes="moved"))
    with database.reading() as session:
        public = snapshot.since(session, Policy(), str(before))
        everyone = snapshot.since(session, POLICIES["all"], str(before))
    database.dispose()
    assert (public["gone"], public["id"]) == ([shown], [])
    assert (everyone["gone"], ids_of(everyone)) == ([], {shown, hidden})


def test_removing_a_resource_that_was_never_shown_tells_nobody(fresh_database):
    database = Database.at(fresh_database.web)
    with database.transaction(makers_actor()) as session:
        secret = makers.shelter(session, sensitivity="confidential")
    hub = Hub(database)
    mailbox, _ = hub.subscribe(Policy(), None)
    with database.transaction(makers_actor()) as session:
        session.delete(session.get(Resource, secret))
    hub.advance()
    hub.stop()
    database.dispose()
    assert mailbox.take_all() == b""


def makers_actor():
    """Who makes rows in tests."""
    return Viewer("Test").actor
