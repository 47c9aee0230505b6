"""A unit's own page while it is assigned: its status moves the assignment, its history tells it."""

from datetime import UTC, datetime, timedelta

import pytest

from meris import resources, units
from meris.dispatch import par
from meris.dispatch.assignments import assign
from meris.dispatch.moves import move
from meris.dispatch.unit_status import set_unit_status
from meris.errors import Conflict, Forbidden, Invalid
from meris.fields import Home
from meris.incidents.lines import line
from meris.tables import Resource
from tests import makers

MINUTES = timedelta(minutes=1)


@pytest.fixture
def fire(session):
    return makers.incident(session)


@pytest.fixture
def engine(session, rita):
    """Rita's engine."""
    return makers.unit(session, name="E12", agency_id=rita.agency_id)


@pytest.fixture
def held(session, dana, fire, engine):
    return assign(session, dana, fire, [engine], at=ago(30))[0]


def ago(minutes):
    return datetime.now(UTC) - minutes * MINUTES


def unit_of(session, engine):
    session.expire_all()
    return session.get_one(Resource, engine)


def patch(session, viewer, engine, **values):
    version = unit_of(session, engine).version
    set_unit_status(session, viewer, engine, version=version, values=values, home=Home.of())


def test_a_status_is_a_move(session, rita, engine, held):
    patch(session, rita, engine, status="On scene")
    session.refresh(held)
    assert (held.status, held.status_by) == ("on_scene", "Rita")


@pytest.mark.parametrize("status", units.AFTERWARD)
def test_being_done_is_a_release(session, rita, engine, held, status):
    patch(session, rita, engine, status=status)
    session.refresh(held)
    assert (held.status, held.left_as) == ("released", status)
    assert unit_of(session, engine).status == status


def test_other_fields_go_with_it_or_none(session, cast, engine, held):
    ada = cast.viewer("ada")
    patch(session, ada, engine, status="en_route", personnel_count="3")
    assert unit_of(session, engine).status == "en_route"
    with pytest.raises(Invalid), session.begin_nested():
        patch(session, ada, engine, status="staged", personnel_count="many")
    assert unit_of(session, engine).status == "en_route"


def test_what_the_assignment_cannot_become_is_refused_with_what_it_can(session, rita, engine, held):
    with pytest.raises(Invalid, match="E12 is dispatched at an incident and cannot become Off"):
        patch(session, rita, engine, status="off_duty")


def test_an_old_version_is_refused_as_ever(session, dana, rita, engine, held):
    seen = unit_of(session, engine).version
    move(session, dana, held.id, status="en_route")
    with pytest.raises(Conflict, match="changed E12 while you had it open"):
        set_unit_status(
            session, rita, engine, version=seen, values={"status": "available"}, home=Home.of()
        )
    session.refresh(held)
    assert held.status == "en_route"


def test_without_an_assignment_nothing_is_new(session, rita, engine):
    patch(session, rita, engine, status="out_of_service")
    assert unit_of(session, engine).status == "out_of_service"


@pytest.mark.parametrize("sent", [True, False], ids=["sent", "free"])
def test_why_it_is_out_of_service_is_kept_until_it_is_not(session, dana, rita, fire, engine, sent):
    if sent:
        assign(session, dana, fire, [engine])
    patch(session, rita, engine, status="out_of_service", status_reason="Flat tire")
    assert unit_of(session, engine).status_reason == "Flat tire"
    patch(session, rita, engine, status="available")
    assert unit_of(session, engine).status_reason is None


def test_a_hold_does_not_lead_the_unit(session, dana, rita, fire, engine):
    assign(session, dana, fire, [engine], how="reserved")
    patch(session, rita, engine, status="out_of_service")
    assert unit_of(session, engine).status == "out_of_service"


def test_whoever_may_not_see_the_incident_is_told_who_moves_the_unit(session, cast, engine):
    hidden = makers.incident(session, sensitivity="confidential")
    assign(session, cast.viewer("stella"), hidden, [engine])
    with pytest.raises(Forbidden, match="at an incident that Dana may not see"):
        patch(session, cast.viewer("dana"), engine, status="available")


def test_its_page_offers_what_its_assignment_may_become(session, rita, engine, held):
    detail = resources.detail(session, rita, engine)
    assert detail["moves"] == [
        "available", "en_route", "on_scene", "out_of_service", "returning", "staged",
    ]  # fmt: skip
    assert detail["assignment"]["id"] == held.id
    move(session, rita, held.id, status="released")
    detail = resources.detail(session, rita, engine)
    assert detail["assignment"] is None
    assert "off_duty" in detail["moves"]


def test_its_history_says_where_it_was_sent_in_words(session, dana, rita, engine, held):
    move(session, dana, held.id, status="on_scene")
    par.check_in(session, dana, held.id)
    move(session, dana, held.id, status="released", left_as="returning")
    number = line(session, dana, held.id)["incident_number"]
    told = [one["what"] for one in resources.history(session, rita, engine)]
    assert told == [
        f"released it from {number} Structure fire, returning",
        f"heard of it at {number} Structure fire",
        f"said that it is on scene at {number} Structure fire",
        f"sent it to {number} Structure fire",
        "added",
        "added",
    ]


def test_the_history_names_no_confidential_incident(session, cast):
    unit = makers.unit(session, agency_id=makers.agency(session, "Ashland Fire"))
    hidden = makers.incident(session, sensitivity="confidential", title="Raid")
    assign(session, cast.viewer("stella"), hidden, [unit])
    told = [one["what"] for one in resources.history(session, cast.viewer("dana"), unit)]
    assert told[0] == "sent it to an incident"
