"""The pages of the phone: each role sees its own, and every form works without a script."""

import html
import re
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select, update

from meris.tables import Assignment, Duty, PhoneReport, Resource, Role
from tests import makers, people
from tests.web.phone_pages import form_of, send, text_of

FIRE = "Columbia Fire Department"


@pytest.fixture
def engine(session):
    """Engine 12 of Rita's department; there is one of another agency too."""
    makers.unit(session, name="Engine 99 of others", agency_id=makers.agency(session, "Elsewhere"))
    return makers.unit(session, name="Engine 12", agency_id=makers.agency(session, FIRE))


@pytest.fixture
def rita(client, session, engine):
    """Her browser, without a script."""
    people.account(session, "rita")
    client.sign_in(session, "rita")
    return client


@pytest.fixture
def on_duty(rita, session, engine):
    """Rita is on duty on Engine 12, and her browser."""
    now = datetime.now(UTC)
    turn = {"started_at": now, "until_at": now + timedelta(hours=8)}
    account = people.account(session, "rita")
    session.add(Duty(account_id=account.id, resource_id=engine, **turn))
    session.flush()
    return rita


@pytest.fixture
def fire(session, engine):
    """An incident that Engine 12 was sent to."""
    incident = makers.incident(session, title="Barn on fire", place="4400 Scott Boulevard")
    makers.assignment(session, engine, incident, task="Water supply")
    return incident


def status_of(session, unit):
    session.expire_all()
    return session.get_one(Resource, unit).status


def test_who_is_signed_out_logs_in_first_and_comes_back(client):
    answer = client.get("/m")
    assert answer.status_code == 302
    assert answer.location == "/log-in?next=/m"


def test_who_only_reports_starts_here_after_the_log_in(client, session):
    people.account(session, "rita")
    token = re.search(r'name="csrf_token" value="([^"]+)"', client.get("/log-in").text)[1]
    form = {"email": people.email("rita"), "password": people.PASSWORD, "csrf_token": token}
    assert client.post("/log-in", data=form).location == "/m"


def test_who_does_more_starts_at_the_map_and_finds_the_way(client, session):
    people.account(session, "carol")
    token = re.search(r'name="csrf_token" value="([^"]+)"', client.get("/log-in").text)[1]
    form = {"email": people.email("carol"), "password": people.PASSWORD, "csrf_token": token}
    assert client.post("/log-in", data=form).location == "/"
    assert 'href="/m"' in client.get("/").text


def test_who_reports_nothing_may_not_open_it(rita, session):
    account = people.account(session, "rita")
    account.roles = [session.scalars(select(Role).where(Role.name == "reader")).one()]
    session.flush()
    assert rita.get("/m").status_code == 403


def test_a_page_says_whose_it_is_and_when(rita):
    page = rita.get("/m")
    mark = re.search(r'data-account="(\w{16})"', page.text)[1]
    assert page.headers["X-Meris-Account"] == mark
    assert re.search(r'data-as-of="\d+"', page.text)
    assert "no-store" in page.headers["Cache-Control"]


def test_off_duty_the_units_of_the_own_agency_are_offered_and_no_others(rita):
    page = text_of(rita.get("/m"))
    assert "Engine 12" in page
    assert "Engine 99" not in page


def test_a_unit_is_found_by_typing_and_the_last_one_comes_first(rita, session, engine):
    fleet = makers.agency(session, FIRE)
    for number in range(45):
        makers.unit(session, name=f"Brush {number:02}", agency_id=fleet)
    far = makers.unit(session, name="Zebra", agency_id=fleet, call_sign="Medic 7")
    assert "more: type a part of the name" in text_of(rita.get("/m"))
    assert "Zebra" in text_of(rita.get("/m?find=medic+7"))
    assert "Brush" not in text_of(rita.get("/m?find=medic+7"))
    assert "is called “100%”" in text_of(rita.get("/m?find=100%25"))
    before = datetime.now(UTC) - timedelta(days=2)
    session.add(
        Duty(
            account_id=people.account(session, "rita").id,
            resource_id=far,
            started_at=before,
            until_at=before + timedelta(hours=8),
            ended_at=before + timedelta(hours=1),
            ended_by="self",
        )
    )
    session.flush()
    page = text_of(rita.get("/m"))
    assert page.index("Zebra") < page.index("Brush 00")
    assert "Your last unit" in page


def test_going_on_duty_works_without_a_script(rita, session, engine):
    page = send(rita, form_of(rita.get("/m"), "duty"), subject=engine, hours="8")
    assert "On duty on Engine 12" in page
    assert session.scalar(select(Duty.resource_id)) == engine


def test_nobody_goes_on_duty_on_a_unit_of_others(rita, session):
    other = session.scalar(select(Resource.id).where(Resource.name == "Engine 99 of others"))
    page = send(rita, form_of(rita.get("/m"), "duty"), subject=other)
    assert "Choose a unit of your own" in page
    assert session.scalar(select(Duty.id)) is None


def test_what_the_unit_was_sent_to_is_told_with_its_place_and_who_else_goes(on_duty, session, fire):
    eta = datetime.now(UTC) + timedelta(minutes=9)
    other = makers.unit(session, name="Tanker 4", agency_id=makers.agency(session, "Elsewhere"))
    makers.assignment(session, other, fire, "en_route", eta_at=eta)
    makers.log_entry(session, fire, "Smoke seen from the interstate")
    page = on_duty.get("/m")
    told = text_of(page)
    for words in ("Barn on fire", "4400 Scott Boulevard", "15S WD", "38.95171, -92.33407"):
        assert words in told
    for words in ("Water supply", "Tanker 4", "in 9 min", "Smoke seen from the interstate"):
        assert words in told
    assert 'href="geo:38.95171,-92.33407' in page.text
    assert "Respond and route" in told


def test_an_iphone_is_given_a_link_that_it_knows(on_duty, fire):
    agent = {"User-Agent": "Mozilla/5.0 (iPhone; CPU iPhone OS 15_8 like Mac OS X)"}
    page = on_duty.get("/m", headers=agent)
    assert 'href="maps://?daddr=38.95171,-92.33407' in page.text
    assert "geo:" not in page.text


def test_responding_and_arriving_works_without_a_script(on_duty, session, engine, fire):
    send(on_duty, form_of(on_duty.get("/m"), "respond"))
    held = session.scalars(select(Assignment).where(Assignment.resource_id == engine)).one()
    assert held.acknowledged_at is not None
    assert status_of(session, engine) == "en_route"
    page = on_duty.get("/m")
    following = re.search(r'id="move-next">\s*<button[^>]*value="(\w+)"', page.text)[1]
    assert following == "on_scene"
    send(on_duty, form_of(page, "unit_status"), status="on_scene")
    assert status_of(session, engine) == "on_scene"


def test_a_form_that_is_sent_twice_is_carried_out_once(on_duty, session, engine):
    form = form_of(on_duty.get("/m"), "unit_status")
    first = send(on_duty, form, status="staged")
    assert send(on_duty, form, status="staged").split("Staged")[0] == first.split("Staged")[0]
    assert len(session.scalars(select(PhoneReport)).all()) == 1


def test_what_somebody_said_meanwhile_is_not_overwritten(on_duty, session, engine):
    form = form_of(on_duty.get("/m"), "unit_status")
    later = {"status": "out_of_service", "status_at": datetime.now(UTC), "status_by": "Dana"}
    session.execute(update(Resource).where(Resource.id == engine).values(later))
    page = send(on_duty, form, status="staged")
    assert "Dana changed Engine 12 meanwhile: Out of service" in page
    assert status_of(session, engine) == "out_of_service"


def test_every_status_is_in_the_page_with_what_may_follow(on_duty, fire):
    page = on_duty.get("/m").text
    moves = dict(
        re.findall(r'<button class="move"[^>]*data-status="(\w+)"[^>]*data-moves="(.*?)"', page)
    )
    assert {"en_route", "on_scene", "transporting", "at_destination", "available"} <= moves.keys()
    assert html.unescape(moves["en_route"]).startswith('["on_scene"')
    # released: from there on it is free
    assert "en_route" in moves["available"]


def test_a_report_needs_the_token_of_the_page(on_duty, session):
    form = form_of(on_duty.get("/m"), "unit_status") | {"csrf_token": "of another page"}
    assert on_duty.post("/m/report", data={**form, "status": "staged"}).status_code == 400
    assert session.scalar(select(PhoneReport.key)) is None


def test_a_report_leads_to_no_other_page(on_duty):
    form = form_of(on_duty.get("/m"), "unit_status") | {"status": "staged"}
    for elsewhere in ("https://example.org/m", "//example.org/m", "/log-out", "m", "/mm"):
        assert on_duty.post("/m/report", data={**form, "next": elsewhere}).location == "/m"


def test_a_damaged_form_is_refused_in_words(on_duty):
    form = form_of(on_duty.get("/m"), "unit_status") | {"status": "staged"}
    for damage in ({"base": "{"}, {"base": "[" * 5000}, {"base": "[1]"}):
        assert on_duty.post("/m/report", data=form | damage).status_code in (303, 422)
    assert "has no key" in send(on_duty, form, key="")
    assert "does not know reports" in send(on_duty, form, kind="x", key="another-key")


def test_a_confidential_unit_of_others_is_not_among_who_goes(on_duty, session, fire):
    hidden = makers.unit(
        session,
        name="Covert 1",
        agency_id=makers.agency(session, "Elsewhere"),
        sensitivity="confidential",
    )
    makers.assignment(session, hidden, fire, "en_route")
    makers.log_entry(session, fire, "Somebody else goes", resource_id=hidden)
    page = text_of(on_duty.get("/m"))
    assert "Somebody else goes" in page
    assert "Covert 1" not in page


def test_a_crew_sees_where_it_is_sent_and_not_the_log_of_what_is_confidential(
    on_duty, session, engine
):
    incident = makers.incident(session, title="Safe house", sensitivity="confidential")
    makers.assignment(session, engine, incident)
    makers.log_entry(session, incident, "Names were written here")
    page = on_duty.get("/m")
    told = text_of(page)
    assert "Safe house" in told
    assert "15S WD" in told
    assert "Names were written here" not in told
    assert 'data-report="log"' not in page.text


def test_what_others_are_sent_to_is_nowhere(on_duty, session):
    incident = makers.incident(session, title="Safe house", sensitivity="confidential")
    other = session.scalar(select(Resource.id).where(Resource.name == "Engine 99 of others"))
    makers.assignment(session, other, incident)
    for page in ("/m", "/m/near", "/m/me", "/m/queue"):
        assert "Safe house" not in text_of(on_duty.get(page))


def test_a_log_entry_and_a_check_in_work_without_a_script(on_duty, session, engine, fire):
    now = datetime.now(UTC)
    session.execute(
        update(Assignment)
        .where(Assignment.resource_id == engine)
        .values(status="on_scene", on_scene_at=now, par_minutes=20, heard_at=now)
    )
    page = on_duty.get("/m")
    # there is time: it stands with the task, and not in the way of the next move
    assert "Check-in due" in text_of(page)
    assert page.text.index('data-report="check_in"') < page.text.index('id="dock"')
    told = send(on_duty, form_of(page, "log"), text="Roof is open")
    assert "Roof is open" in told
    send(on_duty, form_of(page, "check_in"))
    outcomes = session.scalars(select(PhoneReport.outcome)).all()
    assert outcomes == ["applied", "applied"]


def test_a_check_in_that_is_overdue_comes_under_the_thumb(on_duty, session, engine, fire):
    heard = datetime.now(UTC) - timedelta(minutes=30)
    values = {"status": "on_scene", "status_at": heard, "par_minutes": 20, "heard_at": heard}
    session.execute(update(Assignment).where(Assignment.resource_id == engine).values(values))
    page = on_duty.get("/m").text
    assert "Check-in overdue" in page
    assert page.index('id="dock"') < page.index('data-report="check_in"')
    assert page.count('data-report="check_in"') == 1


def test_my_page_tells_duty_and_sharing_and_ends_both(on_duty, session):
    page = on_duty.get("/m/me")
    told = text_of(page)
    assert "On duty on Engine 12" in told
    assert "Not shared" in told
    shared = send(on_duty, form_of(page, "sharing"))
    assert "Sharing position" in shared
    assert "Shared since" in shared
    assert session.scalar(select(Duty.sharing)) is True
    page = on_duty.get("/m/me")
    off = send(on_duty, form_of(page, "duty"))
    assert "Go on duty" in off
    assert 'id="sharing-mark" hidden' in on_duty.get("/m/me").text


def test_my_page_lists_what_i_said_and_what_became_of_it(on_duty):
    send(on_duty, form_of(on_duty.get("/m"), "unit_status"), status="staged")
    told = text_of(on_duty.get("/m/me"))
    assert "Staged , Engine 12 Arrived" in told
