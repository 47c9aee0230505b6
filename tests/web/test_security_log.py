"""The log stays one object a line, whatever somebody sends; nobody writes a line of their own."""

import json

import pytest

from meris.web import logs
from tests.people import PASSWORD
from tests.web.forms import another, app_with, fill

FORGED = 'x\r\n{"event": "request", "who": 1, "forged": true}\x1b[2J\u2028\u202e'


@pytest.fixture
def lines(settings, database, cast, capsys):
    """What is logged while hostile words come in at every place there is, and who sent them."""
    cast.account("carol")
    client = another(app_with(settings, database))
    logs.configure("info")
    client.get("/nothing/" + FORGED.replace("\r\n", "%0d%0a"))
    client.get("/api/search", query_string={"q": FORGED})
    client.get("/", headers={"User-Agent": FORGED.replace("\r\n", " "), "X-Request-Id": "a b{"})
    fill(client, "/log-in", email=FORGED, password=FORGED)
    fill(client, "/log-in", email="carol@example.org", password=PASSWORD + "?")
    client.post("/tokens", data={"name": FORGED})
    return capsys.readouterr().err


def test_every_line_is_one_object_of_ours(lines):
    said = [json.loads(line) for line in lines.splitlines() if line]
    assert len(said) >= 6
    assert not any("forged" in one for one in said)
    assert {one["event"] for one in said} <= {"request", "log-in failed", "denied", "forged"}
    assert not any(ord(sign) < 32 and sign != "\n" for sign in lines)


def test_no_password_and_no_address_is_in_it(lines):
    assert PASSWORD not in lines
    assert "nothing/x" not in lines
    assert "q=" not in lines


def test_an_id_of_a_request_is_taken_over_only_when_it_is_plain(lines):
    assert "a b{" not in lines
