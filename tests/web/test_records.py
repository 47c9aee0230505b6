"""Records as pages and files: the print page, the PDF, the CSV, and who gets none."""

import re
import zlib
from threading import BoundedSemaphore

import pytest

from meris.ics import press
from tests import makers
from tests.web.forms import words


@pytest.fixture
def dana(client, session):
    return client.sign_in(session, "dana")


@pytest.fixture
def fire(session):
    return makers.incident(session, title="Barn <fire>")


def text_of(pdf):
    """The text of a PDF of our own making, through the tables of its fonts."""
    streams = [
        # its last byte may look like the line end that follows it
        zlib.decompressobj().decompress(found)
        for found in re.findall(rb"stream\r?\n(x.*?)\r?\nendstream", pdf, re.DOTALL)
    ]
    letters = {}
    for stream in streams:
        if b"beginbfchar" in stream:
            pairs = re.findall(rb"<([0-9a-f]{4})> <([0-9a-f]+)>", stream, re.IGNORECASE)
            letters |= {a.lower(): bytes.fromhex(b.decode()).decode("utf-16-be") for a, b in pairs}
    shown = [stream for stream in streams if b" Tf" in stream]
    codes = re.findall(rb"<([0-9a-f]+)>", b"".join(shown), re.IGNORECASE)
    pieces = (code.lower()[n : n + 4] for code in codes for n in range(0, len(code), 4))
    return "".join(letters.get(piece, "") for piece in pieces)


@pytest.mark.parametrize("code", ["201", "211", "214"])
def test_each_form_of_an_incident_is_a_page(client, dana, fire, code):
    page = client.get(f"/incidents/{fire}/ics-{code}")
    assert page.status_code == 200
    assert f"(ICS {code})" in page.text
    assert "Barn &lt;fire&gt;" in page.text
    assert "Exercise: nothing on this form is real" in words(page)
    assert f'href="ics-{code}.pdf"' in page.text


def test_the_pdf_is_a_pdf_with_the_words_of_the_page(client, session, dana, fire):
    makers.assignment(session, makers.unit(session, name="E12"), fire)
    answer = client.get(f"/incidents/{fire}/ics-201.pdf")
    assert (answer.status_code, answer.mimetype) == (200, "application/pdf")
    assert "ics-201.pdf" in answer.headers["Content-Disposition"]
    told = text_of(answer.data)
    for text in ("BRIEFING(ICS201)", "Barn<fire>", "ResourceSummary", "E12", "Preparedby"):
        assert text in told.replace(" ", "")


def test_the_csv_has_the_table(client, dana, fire):
    answer = client.get(f"/incidents/{fire}/ics-214.csv")
    assert answer.mimetype == "text/csv"
    assert answer.text.lstrip("\ufeff").splitlines()[0] == "Date/Time,Notable activities,By"


def test_a_period_is_chosen_by_its_two_times(client, dana, fire):
    page = client.get(f"/incidents/{fire}/ics-214?from=2025-01-01T08:00&to=2025-01-01T20:00")
    assert "From: 2025-01-01 08:00 CST To: 2025-01-01 20:00" in words(page)
    assert "ics-214.pdf?from=2025-01-01T08:00&amp;to=" in page.text
    assert client.get(f"/incidents/{fire}/ics-214?from=soon").status_code == 422


@pytest.mark.parametrize(
    "path",
    ["/incidents/{0}/ics-999", "/incidents/{0}/ics-214.exe", "/incidents/999999/ics-214",
     "/units/{0}/ics-201", "/people/999999/ics-214", "/incidents/{0}/ics-"],
)  # fmt: skip
def test_what_is_not_there_is_said_in_words(client, dana, fire, path):
    assert client.get(path.format(fire)).status_code == 404


def test_the_record_of_a_unit_and_of_a_person(client, session, dana):
    unit = makers.unit(session, name="Engine 77")
    assert "Engine 77" in words(client.get(f"/units/{unit}/ics-214"))
    assert "Dana" in words(client.get(f"/people/{dana.account_id}/ics-214"))


@pytest.mark.parametrize("extension", ["", ".csv", ".pdf"])
def test_a_confidential_incident_leaks_nothing(client, session, extension):
    hidden = makers.incident(session, sensitivity="confidential", title="Raid at dawn")
    client.sign_in(session, "dana")
    for code in ("201", "211", "214"):
        answer = client.get(f"/incidents/{hidden}/ics-{code}{extension}")
        assert answer.status_code == 404
        assert b"Raid" not in answer.data


def test_the_public_gets_no_record(client, fire):
    answer = client.get(f"/incidents/{fire}/ics-214")
    assert answer.status_code == 302
    assert "/log-in" in answer.headers["Location"]


def test_a_page_that_names_an_address_fetches_nothing(tmp_path):
    secret = tmp_path / "secret.svg"
    secret.write_text("<svg xmlns='http://www.w3.org/2000/svg'><text>stolen</text></svg>")
    page = (
        f"<html lang=en><head><title>t</title><link rel=stylesheet href='{secret.as_uri()}'></head>"
        f"<body><p>kept</p><img alt='' src='{secret.as_uri()}'>"
        "<img alt='' src='http://127.0.0.1:9/x.png'></body></html>"
    )
    told = text_of(press.pdf_of(page))
    assert "kept" in told
    assert "stolen" not in told


def test_who_comes_third_is_told_to_wait(client, dana, fire, monkeypatch):
    monkeypatch.setattr(press, "_AT_ONCE", BoundedSemaphore(1))
    monkeypatch.setattr(press, "_PATIENCE_S", 0.01)
    with press._AT_ONCE:
        answer = client.get(f"/incidents/{fire}/ics-214.pdf")
    assert answer.status_code == 503
    assert "Other records are being printed" in words(answer)


def test_a_page_that_takes_too_long_is_given_up(monkeypatch, client, dana, fire):
    monkeypatch.setattr(press, "_LONGEST_S", 0.01)
    answer = client.get(f"/incidents/{fire}/ics-214.pdf")
    assert answer.status_code == 503
    assert "shorter period" in words(answer)


def test_a_machine_without_pango_says_so_and_what_to_do(monkeypatch, client, dana, fire):
    monkeypatch.setattr(press.sys, "executable", "/bin/false")
    answer = client.get(f"/incidents/{fire}/ics-214.pdf")
    assert answer.status_code == 503
    assert "Print the page from the browser instead" in words(answer)


def test_the_process_that_makes_pages_is_given_no_secrets(monkeypatch):
    given = {}

    class Done:
        returncode, stdout, stderr = 0, b"%PDF-1.7", b""

    monkeypatch.setenv("DATABASE_URL", "postgresql://secret")
    monkeypatch.setattr(press.subprocess, "run", lambda *_, **told: given.update(told) or Done)
    press.pdf_of("<p>")
    assert "DATABASE_URL" not in given["env"]
