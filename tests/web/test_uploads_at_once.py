"""POST /api/uploads with `apply`: a spreadsheet checked and loaded in one request."""

import io
import re

import pytest
from sqlalchemy import func, select

from meris.accounts import tokens
from meris.tables import Resource, Upload
from tests.web.forms import another, fill, words

GOOD = "name,status,latitude,longitude\nHickman High School,Open,38.9604,-92.3285\n"
BAD = GOOD + "Oakland School,Opn,38.9951,-92.2877\n"


@pytest.fixture
def send(app, session, cast):
    """Sends a text as Boone County's machine would."""
    made = tokens.create(session, cast.viewer("carol"), name="Shelter sync", role="county_editor")
    session.flush()
    client, headers = another(app), {"Authorization": f"Bearer {made.secret}"}

    def run(text, name="shelters.csv", **fields):
        content = text if isinstance(text, bytes) else text.encode()
        data = {"file": (io.BytesIO(content), name), **fields}
        return client.post(
            "/api/uploads", data=data, headers=headers, content_type="multipart/form-data"
        )

    return run


def count(session, table):
    return session.scalar(select(func.count()).select_from(table))


def test_one_request_loads_a_file_and_answers_with_the_report(send, session):
    answer = send(GOOD, apply="all")
    assert (answer.status_code, answer.json["verdict"]) == (201, "applied")
    assert (answer.json["state"], answer.json["kind"]) == ("applied", "shelter")
    assert answer.json["outcome"]["new"] == 1
    assert count(session, Resource) == 1


def test_the_same_file_again_changes_nothing_and_says_so(send, session):
    first = send(GOOD, apply="all").json
    again = send(GOOD, apply="all").json
    assert (again["verdict"], again["applied_before"]["id"]) == ("unchanged", first["id"])
    assert "nothing changes" in again["message"]
    assert count(session, Resource) == 1


def test_rows_with_errors_stop_all_or_are_left_out(send, session):
    refused = send(BAD, apply="all")
    assert (refused.status_code, refused.json["verdict"]) == (201, "refused")
    assert refused.json["state"] == "received"
    assert refused.json["problems"][0]["text"].startswith('Row 3, column "status": "Opn"')
    assert count(session, Resource) == 0
    partly = send(BAD, apply="valid")
    assert (partly.json["verdict"], partly.json["counts"]["refused"]) == ("partly", 1)
    assert count(session, Resource) == 1


def test_what_cannot_be_read_is_an_error_and_leaves_nothing(send, session):
    answer = send(b"%PDF-1.7", "list.pdf", apply="all")
    assert (answer.status_code, answer.json["error"]) == (400, "refused")
    assert "a PDF" in answer.json["message"]
    assert send("a,b\n1,2\n", apply="all").status_code == 422
    assert send(GOOD, apply="perhaps").status_code == 422
    assert count(session, Upload) == 0


def test_another_agencys_data_are_not_taken(send, session, cast):
    cast.account("joe")
    answer = send(GOOD, apply="all", agency="Greene County OEM")
    assert (answer.status_code, answer.json["error"]) == (403, "forbidden")
    assert count(session, Upload) == 0


def test_without_a_kind_the_columns_tell(send):
    answer = send("call_sign,unit_type,status\nEngine 12,Engine,Available\n")
    assert (answer.status_code, answer.json["kind"]) == (201, "unit")
    assert answer.json["state"] == "received"


@pytest.mark.parametrize(("role", "told"), [("county_editor", True), ("reader", False)])
def test_the_page_shows_how_to_send_a_file_with_a_new_token(client, session, role, told):
    client.sign_in(session, "carol")
    page = fill(client, "/tokens", name="Shelter sync", role=role)
    line = re.search(r"curl -H .Authorization: Bearer meris_[\w-]+….*?/api/uploads", words(page))
    assert bool(line) is told
