"""The responder's pages in Spanish: nothing on them that is not said by a catalog."""

import html
import re
import sys
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from meris.tables import Duty, IncidentLog
from tests import makers, people
from tests.web.phone_pages import form_of, send, text_of

FIRE, COUNTY = "Columbia Fire Department", "Boone County OEM"
SPANISH = {"HTTP_ACCEPT_LANGUAGE": "es-US,es;q=0.9,en;q=0.5"}
#: What is the same in every language: names of ours, of programs, units, notations, zones.
_NAMES = {
    *("MERIS", "OwnTracks", "Traccar", "Client", "English", "Español", "HTTP", "URL", "UTC"),
    *("USNG", "CST", "CDT", "Nov", "min", "kW", "mi", "ft", "WD", "SWC", "15S"),
}
#: Attributes that are read, or said by a screen reader or the page's script.
_READ = re.compile(r'\b(?:aria-label|placeholder|title|alt|data-said|data-title)="([^"]*)"')


class Marked:
    """A catalog that knows every text and puts it in brackets."""

    def gettext(self, text):
        return f"⟦{text}⟧"

    def ngettext(self, one, many, number):
        return f"⟦{one if number == 1 else many}⟧"


@pytest.fixture
def marks(monkeypatch):
    """Whatever is said by a catalog is in brackets."""
    monkeypatch.setattr(sys.modules["meris.language.spoken"], "translations", lambda _: Marked())


@pytest.fixture
def engine(session):
    """Rita's engine, at an incident with others."""
    unit = makers.unit(
        session,
        name="ENGINE12",
        agency_id=makers.agency(session, FIRE),
        type="engine",
        personnel_count=4,
        status_by="DANA",
    )
    fire = makers.incident(session, title="BARN", place="SCOTT", situation="SMOKE")
    soon = datetime.now(UTC) + timedelta(minutes=2)
    makers.assignment(
        session, unit, fire, "on_scene", task="WATER", par_minutes=2, heard_at=datetime.now(UTC)
    )
    other = makers.unit(session, name="TANKER4", agency_id=makers.agency(session, "ELSEWHERE"))
    makers.assignment(session, other, fire, "en_route", eta_at=soon)
    makers.log_entry(session, fire, "SMOKE")
    return unit


@pytest.fixture
def rita(client, session, engine):
    """Her browser asks for Spanish; she is on duty."""
    account = people.account(session, "rita")
    makers.sharing(session, account.id, engine)
    client.sign_in(session, "rita")
    client.environ_base.update(SPANISH)
    return client


@pytest.fixture
def sam(client, session):
    """The browser of a shelter manager who reads Spanish."""
    client.sign_in(session, "sam")
    client.environ_base.update(SPANISH)
    return client


@pytest.fixture
def lyceum(session):
    """Sam's shelter, counted and old."""
    old = datetime.now(UTC) - timedelta(hours=9)
    return makers.shelter(
        session,
        name="LYCEUM",
        agency_id=makers.agency(session, COUNTY),
        evacuation_capacity=200,
        population_total=120,
        counted_at=old,
        confirmed_at=old,
        status_at=old,
        status_by="SAM",
    )


def unmarked(page):
    """The words of a page that no catalog has said, without names in capitals."""
    body = re.sub(r"(?s)^.*?<body[^>]*>|<script.*?</script>|<svg(?! class).*?</svg>", "", page.text)
    pieces = [*_READ.findall(body), re.sub(r"<[^>]*>", " ", body)]
    told = html.unescape(" ".join(pieces))
    while "⟦" in told:
        told, before = re.sub(r"⟦[^⟦⟧]*⟧", " ", told), told
        if told == before:
            break
    words = set(re.findall(r"[A-Za-zñ]{2,}[0-9]*", told)) - _NAMES
    people_and_places = {
        "Dana",
        "Rita",
        "Sam",
        "Columbia",
        "Fire",
        "Department",
        "Boone",
        "County",
        "OEM",
    }
    return {word for word in words - people_and_places if not word.isupper()}


@pytest.mark.usefixtures("marks")
@pytest.mark.parametrize("path", ["/m", "/m/near", "/m/me", "/m/queue", "/m/devices"])
def test_every_word_of_a_crews_pages_is_in_the_catalog(rita, session, path):
    makers.shelter(session, name="ARMORY", evacuation_capacity=200, pet_policy="co_located")
    site = makers.supply_site(session, name="CACHE")
    makers.stock(session, site, "Blankets")
    page = rita.get(path)
    assert "⟦" in text_of(page)
    assert unmarked(page) == set()


@pytest.mark.usefixtures("marks")
def test_every_word_of_a_shelters_page_is_in_the_catalog(sam, session, lyceum):
    makers.shelter(session, name="GYM", agency_id=makers.agency(session, COUNTY))
    page = sam.get(f"/m/shelter/{lyceum}")
    assert unmarked(page) == set()


@pytest.mark.usefixtures("marks")
def test_every_word_of_choosing_a_unit_is_in_the_catalog(client, session):
    makers.unit(session, name="ENGINE12", agency_id=makers.agency(session, FIRE), type="engine")
    client.sign_in(session, "rita")
    client.environ_base.update(SPANISH)
    assert unmarked(client.get("/m")) == set()


def test_a_crew_reads_and_is_answered_in_spanish_and_the_log_is_in_english(rita, session, engine):
    page = rita.get("/m")
    assert page.headers["Content-Language"] == "es"
    assert '<html lang="es"' in page.text
    told = text_of(page)
    for words in ("En el lugar", "Incendio de edificio", "Quién más va", "Bitácora"):
        assert words in told
    told = send(rita, form_of(page, "unit_status"), status="available")
    assert "ENGINE12: disponible." in told
    session.expire_all()
    entries = session.scalars(select(IncidentLog.text).order_by(IncidentLog.id.desc())).all()
    assert "released" in entries[0]
    assert session.scalar(select(Duty.language)) == "es"


def test_a_shelter_asks_and_is_refused_in_spanish(sam, session, lyceum):
    here = f"/m/shelter/{lyceum}"
    told = send(sam, form_of(sam.get(here), "need"), text="catres 40")
    assert "Catres, estándar: 40" in told
    told = send(sam, form_of(sam.get(here), "shelter_count"), general="ninguno")
    assert "no es un número entero" in told


def test_a_language_is_chosen_by_a_link_and_kept(client, session):
    client.sign_in(session, "rita")
    assert "Español" in text_of(client.get("/m/me"))
    assert "English" in text_of(client.get("/m/me?language=es"))
    assert "Entrar en turno" in text_of(client.get("/m"))


def test_the_worker_speaks_every_language(client):
    script = client.get("/m/sw.js", headers={"Accept-Language": "es"}).text
    assert "No connection" in script
    assert "Sin conexi\\u00f3n" in script
    assert script == client.get("/m/sw.js", headers={"Accept-Language": "en"}).text
