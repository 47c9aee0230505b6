"""The pages of the phone: each role sees its own, and every form works without a script."""

import html
import re

import pytest
from sqlalchemy import select

from meris.tables import Duty, Resource
from tests import makers

FIRE = "Columbia Fire Department"


@pytest.fixture
def engine(session):
    """Engine 12 of Rita's department, and one of another agency."""
    makers.unit(session, name="Engine 99 of others", agency_id=makers.agency(session, "Elsewhere"))
    return makers.unit(
        session, name="Engine 12", agency_id=makers.agency(session, FIRE, kind="fire")
    )


@pytest.fixture
def rita(client, session, engine):
    client.sign_in(session, "rita")
    return client


def text_of(answer):
    """The page as it is read, without tags."""
    assert answer.status_code == 200, answer.text[:500]
    return " ".join(re.sub(r"<[^>]+>", " ", answer.text).split())


def form_of(page, report):
    """The hidden fields of the first form of a kind, as a browser without a script sends them."""
    form = re.search(rf'<form(?=[^>]*data-report="{report}").*?</form>', page.text, re.DOTALL)
    assert form, f"no form to report {report}"
    fields = re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', form[0])
    return {name: html.unescape(value) for name, value in fields}


def send(client, form, **more):
    return client.post("/m/report", data={**form, **more})


def go_on_duty(client, unit_id):
    return send(client, form_of(client.get("/m"), "duty"), subject=unit_id, hours="8")


def test_nothing_on_duty_offers_the_units_of_the_own_agency_only(rita):
    page = text_of(rita.get("/m"))
    assert "Go on duty" in page
    assert "Engine 12" in page
    assert "Engine 99" not in page


def test_going_on_duty_and_reporting_works_without_a_script(rita, session, engine):
    answer = go_on_duty(rita, engine)
    assert (answer.status_code, answer.location) == (303, "/m")
    page = rita.get("/m")
    assert "On duty on Engine 12" in text_of(page)
    answer = send(rita, form_of(page, "unit_status"), status="on_scene")
    assert answer.status_code == 303
    session.expire_all()
    assert session.get_one(Resource, engine).status == "on_scene"
    assert session.scalar(select(Duty.resource_id)) == engine
