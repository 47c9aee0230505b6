"""Pages in the language of whoever reads them: whole pages, and none half in one."""

import re

import pytest

from tests import makers
from tests.people import email
from tests.web.forms import fill, words

SPANISH = {"Accept-Language": "es-MX,es;q=0.9,en;q=0.5"}
#: Words that no Spanish sentence has.
ENGLISH = re.compile(
    r"\b(?:the|and|of|is|are|was|your|for|with|not|this|that|it|you|here|or|page|open|log)\b", re.I
)
HEARD = re.compile(r'(?:aria-label|title|alt|placeholder)="([^"]*)"')


def english_on(response) -> list[str]:
    """What of a page is in English, to be read or to be heard."""
    told = words(response) + " · ".join(HEARD.findall(response.text))
    return [told[max(0, m.start() - 30) : m.end() + 30] for m in ENGLISH.finditer(told)]


@pytest.fixture
def shelter(session):
    return makers.shelter(
        session, name="Salón Norte", sensitivity="public", address_line1="1 Main St",
        city="Columbia", evacuation_capacity=50, pet_policy="onsite", type="evacuation",
        hours_open="08:00", hours_close="20:00",
    )  # fmt: skip


@pytest.mark.parametrize(
    "address",
    ["/shelters", "/shelters?near=Columbia", "/shelters?near=Zz+Qq", "/shelters?near=Spri",
     "/shelters?county=29001", "/shelters/999999", "/log-in", "/log-in/passkey", "/nowhere"],
)  # fmt: skip
def test_what_everybody_may_see_is_wholly_in_spanish(client, shelter, address):
    answer = client.get(address, headers=SPANISH)
    assert '<html lang="es"' in answer.text
    assert answer.headers["Content-Language"] == "es"
    assert english_on(answer) == []


@pytest.mark.parametrize(
    "address",
    ["/account", "/account/password", "/account/authenticator", "/account/passkeys", "/log-out",
     "/account/recovery-codes", "/account/verify", "/nowhere"],
)  # fmt: skip
def test_the_pages_of_an_account_are_wholly_in_spanish(client, session, cast, address):
    client.sign_in(session, "carol")
    answer = client.get(address, headers=SPANISH, follow_redirects=True)
    assert '<html lang="es"' in answer.text
    assert english_on(answer) == []


def test_a_link_chooses_for_a_year_and_the_desks_stay_whole_in_english(client, session, cast):
    assert 'href="?language=es" lang="es"' in client.get("/log-in").text
    answer = client.get("/log-in?language=es")
    assert "meris-language=es" in answer.headers["Set-Cookie"]
    assert "Iniciar sesión" in client.get("/log-in").text
    assert "Iniciar sesión" in client.get("/log-in?language=xx").text
    client.sign_in(session, "carol")
    for address in ("/", "/board", "/requests"):
        page = client.get(f"{address}?language=es", headers=SPANISH)
        assert '<html lang="en"' in page.text
        assert "Content-Language" not in page.headers
        assert "meris-language" not in page.headers.get("Set-Cookie", "")
    assert client.get("/log-in?language=en", headers=SPANISH).status_code in (200, 302)
    assert "Who I am here" in client.get("/account").text


def test_what_is_wrong_with_a_log_in_is_said_in_spanish(client, session, cast):
    client.get("/log-in?language=es")
    wrong = fill(client, "/log-in", email=email("carol"), password="no such password")
    assert "El correo electrónico o la contraseña es incorrecta." in wrong.text
    empty = fill(client, "/log-in", email="", password="")
    assert "incorrecta" in empty.text
    assert english_on(wrong) + english_on(empty) == []


def test_a_new_password_is_refused_in_spanish(client, session, cast):
    client.sign_in(session, "carol")
    client.get("/account?language=es")
    answer = fill(
        client, "/account/password", password="x", new_password="abc", new_password_confirm="abcd"
    )
    assert "Contraseña nueva" in answer.text
    assert english_on(answer) == []


def test_an_error_offers_what_helps_and_leads_nowhere_else(client):
    page = client.get("//example.org/x", headers=SPANISH).text
    assert "Abrir el mapa" in page
    assert 'href="?language=en"' in page
    assert "example.org" not in page


def test_scripts_bring_their_words_in_spanish_and_need_none_in_english(client):
    assert '"Show": "Mostrar"' in client.get("/log-in", headers=SPANISH).text
    assert 'id="language"' not in client.get("/log-in").text


def test_programs_are_answered_in_english(client):
    answer = client.get("/api/nothing", headers=SPANISH)
    assert answer.json["message"].startswith("There is nothing")
    assert client.get("/shelters.geojson", headers=SPANISH).headers["Vary"] == "Accept-Encoding"
