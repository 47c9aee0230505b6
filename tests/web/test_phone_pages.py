"""The pages of the phone: each role sees its own, and every form works without a script."""

import html
import re
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select, update

from geo.values import Position
from meris.tables import Assignment, Duty, PhoneReport, Resource, Role
from tests import makers, people

FIRE, COUNTY = "Columbia Fire Department", "Boone County OEM"


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


def text_of(answer):
    """The page as it is read, without tags."""
    assert answer.status_code == 200, answer.text[:500]
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", answer.text)).split())


def form_of(page, report):
    """The hidden fields of the first form of a kind, as a browser without a script sends them."""
    form = re.search(rf'<form(?=[^>]*data-report="{report}").*?</form>', page.text, re.DOTALL)
    assert form, f"no form to report {report}"
    fields = re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', form[0])
    return {name: html.unescape(value) for name, value in fields}


def send(client, form, **more):
    """Post a form; the page that follows."""
    answer = client.post("/m/report", data={**form, **more})
    assert answer.status_code == 303, answer.text[:500]
    return text_of(client.get(answer.location))


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
    assert 'is called "100%"' in text_of(rita.get("/m?find=100%25"))
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
    for words in ("Water supply", "Tanker 4", "in 8 min", "Smoke seen from the interstate"):
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


@pytest.mark.parametrize("next_", ["https://example.org/m", "//example.org/m", "/log-out", "m"])
def test_a_report_leads_to_no_other_page(on_duty, next_):
    form = form_of(on_duty.get("/m"), "unit_status") | {"next": next_, "status": "staged"}
    assert on_duty.post("/m/report", data=form).location == "/m"


@pytest.mark.parametrize(
    "damage", [{"base": "{"}, {"base": "[" * 5000}, {"kind": "x"}, {"key": ""}]
)
def test_a_damaged_form_is_refused_in_words(on_duty, damage):
    form = form_of(on_duty.get("/m"), "unit_status") | {"status": "staged"} | damage
    answer = on_duty.post("/m/report", data=form)
    assert answer.status_code in (303, 422)


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
    assert "Check-in due" in text_of(page)
    told = send(on_duty, form_of(page, "log"), text="Roof is open")
    assert "Roof is open" in told
    send(on_duty, form_of(page, "check_in"))
    outcomes = session.scalars(select(PhoneReport.outcome)).all()
    assert outcomes == ["applied", "applied"]


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


@pytest.fixture
def sam(client, session):
    """The browser of the county's shelter manager."""
    client.sign_in(session, "sam")
    return client


def test_a_shelter_manager_starts_with_the_shelters_and_has_no_unit(sam, session):
    makers.shelter(session, name="Lyceum", agency_id=makers.agency(session, COUNTY))
    page = sam.get("/m")
    assert "Lyceum" in text_of(page)
    assert 'data-tab="shelter"' in page.text
    assert 'data-tab="unit"' not in page.text


def test_shelters_of_others_are_not_there(sam, session):
    other = makers.shelter(session, name="Armory", agency_id=makers.agency(session, "Elsewhere"))
    assert "Armory" not in text_of(sam.get("/m/shelter"))
    assert sam.get(f"/m/shelter/{other}").status_code == 404


def test_a_responder_keeps_no_shelter(rita, session):
    own = makers.shelter(session, name="Station 1", agency_id=makers.agency(session, FIRE))
    assert "Station 1" not in text_of(rita.get("/m/shelter"))
    assert rita.get(f"/m/shelter/{own}").status_code == 404


def test_a_shelter_is_found_by_typing(sam, session):
    for name in ("Lyceum", "Armory", "Gymnasium"):
        makers.shelter(session, name=name, agency_id=makers.agency(session, COUNTY))
    told = text_of(sam.get("/m/shelter?find=gym"))
    assert "Gymnasium" in told
    assert "Armory" not in told
    assert 'is called "zzz"' in text_of(sam.get("/m/shelter?find=zzz"))


def test_a_count_a_status_and_a_need_work_without_a_script(sam, session):
    own = makers.shelter(
        session, name="Lyceum", agency_id=makers.agency(session, COUNTY), evacuation_capacity=200
    )
    here = f"/m/shelter/{own}"
    assert "Count unknown of 200 places" in text_of(sam.get(here))
    form = form_of(sam.get(here), "shelter_count")
    told = send(sam, form, general="120", medical_needs="3", pets="", period="overnight")
    assert "123 people of 200 places" in told
    assert "General 120, medical needs 3" in told
    send(sam, form_of(sam.get(here), "shelter_status"), status="full")
    assert status_of(session, own) == "full"
    told = send(sam, form_of(sam.get(here), "need"), text="cots 40", priority="high")
    assert re.search(r"40 cots.*Submitted|40 cots.*Requested", told, re.IGNORECASE)
    # the one last reported on is the one that is shown
    makers.shelter(session, name="Armory", agency_id=makers.agency(session, COUNTY))
    assert "Lyceum" in text_of(sam.get("/m")).split("My other shelters")[0]


def test_one_tap_says_that_all_is_still_true(sam, session):
    old = datetime.now(UTC) - timedelta(hours=9)
    own = makers.shelter(
        session, name="Lyceum", agency_id=makers.agency(session, COUNTY), confirmed_at=old
    )
    page = sam.get(f"/m/shelter/{own}")
    assert "too old to rely on" in text_of(page)
    assert "too old to rely on" not in send(sam, form_of(page, "still_true"))


def test_what_is_near_is_told_with_its_age_and_what_is_hidden_is_not(rita, session):
    makers.shelter(session, name="Lyceum", evacuation_capacity=200, population_total=120)
    makers.shelter(session, name="Haven", sensitivity="confidential")
    told = text_of(rita.get("/m/near"))
    assert "Lyceum" in told
    assert "80 beds free of 200" in told
    assert "Pets Unknown" in told
    assert "Haven" not in told


def test_a_place_is_typed_or_taken_from_the_phone(rita, session):
    makers.shelter(session, name="Lyceum", at=Position(37.21, -93.29))
    token = {"X-CSRFToken": rita.csrf()["X-CSRFToken"]}
    typed = text_of(rita.post("/m/near", data={"place": "Springfield"}, headers=token))
    assert 'Nearest to "Springfield"' in typed
    here = {"lat": "37.2100", "lon": "-93.2900"}
    assert "where you are" in text_of(rita.post("/m/near", data=here, headers=token))
    assert rita.post("/m/near", data=here).status_code == 400


@pytest.mark.parametrize(
    "given",
    [{"place": "nowhere at all 12345 xyz"}, {"lat": "x", "lon": "1"}, {"lat": "nan", "lon": "nan"}],
)
def test_what_is_no_place_is_told_in_words(rita, given):
    token = {"X-CSRFToken": rita.csrf()["X-CSRFToken"]}
    assert 'id="place-problem"' in rita.post("/m/near", data=given, headers=token).text
