"""/exports: plain links for people, the same addresses for machines."""

import re

import pytest

from meris.accounts import tokens
from meris.uploads import read
from tests import makers
from tests.web.forms import another, words


@pytest.fixture
def ours(session, cast):
    """A shelter of Boone County, and one of Greene County that Boone does not export."""
    cast.account("joe")
    makers.shelter(session, name="Ours", contact_name="Shelter manager")
    makers.shelter(session, name="Theirs", agency_id=makers.agency(session, "Greene County OEM"))


def test_carol_sees_what_there_is_and_takes_it(client, session, ours):
    client.sign_in(session, "carol")
    page = client.get("/exports")
    assert "Exports of Boone County OEM" in words(page)
    links = re.findall(r'href="(/exports/[^"]+)"', page.get_data(as_text=True))
    assert len(links) == 9
    for link in links:
        answer = client.get(link.replace("&amp;", "&"))
        assert answer.status_code == 200, link
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.content_length == len(answer.data) > 40
    answer = client.get("/exports/shelter.csv")
    assert answer.headers["Content-Disposition"] == (
        'attachment; filename="shelters-boone-county-oem.csv"'
    )
    assert b"Ours" in answer.data
    assert b"Shelter manager" in answer.data
    assert b"Theirs" not in answer.data
    assert len(list(read(client.get("/exports/shelter.xlsx").data, "x.xlsx").rows())) == 1


def test_the_state_takes_one_agencys_or_all(client, session, ours):
    client.sign_in(session, "stella")
    assert "Exports of all agencies" in words(client.get("/exports"))
    assert "Exports of Greene County OEM" in words(client.get("/exports?agency=Greene County OEM"))
    whole = client.get("/exports/shelter.csv")
    assert '"shelters-all.csv"' in whole.headers["Content-Disposition"]
    assert b"Ours" in whole.data
    assert b"Theirs" in whole.data
    assert b"Ours" not in client.get("/exports/shelter.csv?agency=Greene County OEM").data


def test_nobody_takes_what_is_not_theirs(client, session, ours):
    assert client.get("/exports").location.startswith("/log-in")
    assert client.get("/exports/shelter.csv").status_code == 302
    client.sign_in(session, "carol")
    assert client.get("/exports/shelter.csv?agency=Greene County OEM").status_code == 403
    assert client.get("/exports/shelter.csv?agency=Nowhere").status_code == 404
    assert client.get("/exports/castle.csv").status_code == 404
    assert client.get("/exports/shelter.exe").status_code == 404


def test_a_machine_takes_it_with_a_token_and_is_refused_in_json(client, session, cast, ours):
    made = tokens.create(session, cast.viewer("carol"), name="GIS", role="reader")
    session.flush()
    machine = another(client.application)
    key = {"Authorization": f"Bearer {made.secret}"}
    assert b"Ours" in machine.get("/api/exports/shelter.geojson", headers=key).data
    refused = machine.get("/api/exports/shelter.csv?agency=Greene County OEM", headers=key)
    assert (refused.status_code, refused.json["error"]) == (403, "forbidden")
    wrong = machine.get("/api/exports/shelter.csv", headers={"Authorization": "Bearer meris_no"})
    assert (wrong.status_code, wrong.json["error"]) == (401, "not_signed_in")
