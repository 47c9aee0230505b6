"""/api/uploads for machines, and who may touch whose uploads."""

import io

import pytest
from sqlalchemy import func, select

from meris.accounts import tokens
from meris.tables import Agency, Resource, Upload
from tests.web.forms import another
from tests.web.test_uploads_pages import THREE, sent, words


class Machine:
    """A program with a token of Boone County."""

    def __init__(self, client, secret):
        self._client = client
        self._headers = {"Authorization": f"Bearer {secret}"}

    def send(self, text=THREE, name="shelters.csv", **fields):
        content = text if isinstance(text, bytes) else text.encode()
        data = {"kind": "shelter", "file": (io.BytesIO(content), name), **fields}
        return self._client.post(
            "/api/uploads", data=data, headers=self._headers, content_type="multipart/form-data"
        )

    def get(self, upload_id):
        return self._client.get(f"/api/uploads/{upload_id}", headers=self._headers)

    def ask(self, upload_id, what):
        return self._client.get(f"/api/uploads/{upload_id}/{what}", headers=self._headers)

    def post(self, upload_id, verb, **body):
        address = f"/api/uploads/{upload_id}/{verb}"
        return self._client.post(address, json=body, headers=self._headers)


@pytest.fixture
def machine(app, session, cast):
    """A machine that may upload."""
    made = tokens.create(session, cast.viewer("carol"), name="Shelter sync", role="county_editor")
    session.flush()
    return Machine(another(app), made.secret)


def test_a_machine_sends_checks_and_applies(machine, session):
    report = machine.send()
    assert report.status_code == 201
    found = report.json
    assert found["state"] == "received"
    assert found["counts"]["total"] == 3
    assert (found["counts"]["ready"], found["counts"]["refused"]) == (2, 1)
    assert found["problems"][0]["text"].startswith('Row 4, column "Status": "Opn"')
    assert [column["field"] for column in found["columns"]][:3] == ["external_id", "name", "status"]
    applied = machine.post(found["id"], "apply", only_valid=True)
    assert (applied.status_code, applied.json["state"]) == (200, "applied")
    assert applied.json["outcome"]["new"] == 2
    assert session.scalar(select(func.count()).select_from(Resource)) == 2


def test_all_or_nothing_is_the_rule_for_machines(machine, session):
    refused = machine.post(machine.send().json["id"], "apply")
    assert refused.status_code == 400
    assert "1 of 3 rows" in refused.json["message"]
    assert refused.json["problems"][0]["row"] == 4
    assert session.scalar(select(func.count()).select_from(Resource)) == 0


def test_an_upload_is_applied_once(machine):
    number = machine.send().json["id"]
    machine.post(number, "apply", only_valid=True)
    again = machine.post(number, "apply", only_valid=True)
    assert (again.status_code, again.json["error"]) == (409, "conflict")
    assert machine.post(number, "check").status_code == 409


def test_the_same_file_again_changes_nothing_and_says_so(machine):
    first = machine.send().json["id"]
    machine.post(first, "apply", only_valid=True)
    second = machine.send().json
    assert second["applied_before"]["id"] == first
    done = machine.post(second["id"], "apply", only_valid=True).json["outcome"]
    assert (done["new"], done["changed"], done["unchanged"]) == (0, 0, 2)


def test_a_check_may_wait_until_it_is_asked_for(machine):
    kept = machine.send(check="later").json
    assert (kept["state"], kept["counts"]) == ("received", None)
    assert machine.post(kept["id"], "check").json["counts"]["total"] == 3


def test_columns_and_constants_are_chosen_by_name(machine):
    number = machine.send("Site,Beds\nArmory,40\nTown hall,60\n").json["id"]
    columns = {"Site": "name", "Beds": "evacuation_capacity"}
    found = machine.post(number, "check", columns=columns, constants={"status": "open"}).json
    assert found["missing_text"] is None
    assert found["outcome"]["new"] == 2


@pytest.mark.parametrize(
    ("body", "words_of_it"),
    [
        ({"columns": ["name"]}, '"columns" must be an object.'),
        ({"columns": {"Status": 3}}, '"columns" must give each name a text or null.'),
        ({"constants": {"status": None}}, '"constants" must give each name a text.'),
        ({"clear": "yes"}, '"clear" must be true or false.'),
        ({"repairs": "all"}, '"repairs" must be a list.'),
        ({"corrections": []}, '"corrections" must be an object.'),
        ({"corrections": {"cells": {"x": {"a": "b"}}}}, '"corrections" must hold'),
        ({"corrections": {"cells": {"4": {"a": 3}}}}, '"corrections" must hold'),
        ({"corrections": {"replaced": {"a": "b"}}}, '"corrections" must hold'),
        ({"corrections": {"left_out": ["4"]}}, '"corrections" must hold'),
        ({"as_of": "yesterday"}, '"as_of" must be a time with its zone'),
        ({"as_of": "2026-05-04T14:30:00"}, '"as_of" must be a time with its zone'),
    ],
)
def test_a_body_of_the_wrong_shape_is_told_which_member(machine, body, words_of_it):
    answer = machine.post(machine.send().json["id"], "check", **body)
    assert answer.status_code == 422
    assert answer.json["message"].startswith(words_of_it)


def test_unknown_fields_and_sheets_are_refused_in_plain_words(machine):
    number = machine.send().json["id"]
    unknown = machine.post(number, "check", columns={"Status": "colour"})
    assert (unknown.status_code, unknown.json["error"]) == (400, "refused")
    assert "There is no field 'colour'" in unknown.json["message"]


def test_the_file_comes_back_as_it_was_sent(machine, client, session):
    number = machine.send().json["id"]
    answer = machine.ask(number, "file")
    assert answer.data == THREE.encode()
    assert answer.headers["Content-Disposition"] == "attachment; filename=shelters.csv"
    client.sign_in(session, "joe")
    assert client.get(f"/uploads/{number}/file").status_code == 404


@pytest.mark.parametrize(
    ("how", "state", "added"), [("valid", "applied", 2), ("all", "received", 0)]
)
def test_one_call_sends_and_applies(machine, session, how, state, added):
    answer = machine.send(apply=how)
    assert (answer.status_code, answer.json["state"]) == (201, state)
    assert answer.json["counts"]["refused"] == 1
    assert session.scalar(select(func.count()).select_from(Resource)) == added


def test_one_call_says_what_it_cannot_do(machine):
    assert machine.send(apply="some").status_code == 422
    assert machine.send("", "empty.csv", apply="all").status_code == 400


def test_the_kind_may_be_left_to_the_columns(machine):
    assert machine.send(kind="").json["kind"] == "shelter"


def test_every_row_is_told_with_its_fate(machine):
    number = machine.send().json["id"]
    found = machine.ask(number, "rows").json
    assert [(row["number"], row["fate"]) for row in found["rows"]] == [
        (2, "new"),
        (3, "new"),
        (4, "refused"),
    ]
    assert "Did you mean Open?" in found["rows"][2]["why"][0]
    assert found["next"] is None


def test_rows_come_by_fate_and_page_by_page(machine):
    number = machine.send().json["id"]
    first = machine.ask(number, "rows?fate=new&limit=1").json
    assert ([row["number"] for row in first["rows"]], first["next"]) == ([2], 2)
    second = machine.ask(number, "rows?fate=new&limit=1&after=2").json
    assert [row["number"] for row in second["rows"]] == [3]


@pytest.mark.parametrize("query", ["fate=odd", "limit=x", "limit=5000", "after=-1"])
def test_a_query_that_cannot_be_is_refused(machine, query):
    number = machine.send().json["id"]
    assert machine.ask(number, f"rows?{query}").status_code == 422


def test_a_machine_marks_what_its_file_does_not_name(machine):
    machine.post(machine.send().json["id"], "apply", only_valid=True)
    number = machine.send(THREE.replace("B-2,Town hall", "B-9,Mill")).json["id"]
    found = machine.ask(number, "absent").json
    assert [one["name"] for one in found["absent"]] == ["Town hall"]
    assert machine.post(number, "absent", ids="all").status_code == 409
    machine.post(number, "apply", only_valid=True)
    assert machine.post(number, "absent", ids=[found["absent"][0]["id"]]).json == {"marked": 1}


@pytest.mark.parametrize("ids", [None, [], "some", [0], ["1"], [True]])
def test_marking_needs_ids_or_all(machine, ids):
    assert machine.post(machine.send().json["id"], "absent", ids=ids).status_code == 422


def test_the_places_come_as_columns(machine):
    found = machine.ask(machine.send().json["id"], "points").json
    assert found["of"] == len(found["row"]) == len(found["lat"])
    assert found["fate"][:2] == ["new", "new"]
    assert found["lat"][0] == 38.95


def test_a_machine_publishes_and_undoes(machine, session):
    number = machine.send().json["id"]
    machine.post(number, "apply", only_valid=True)
    assert machine.post(number, "publish").json == {"published": 2}
    undone = machine.post(number, "undo").json
    assert (undone["state"], undone["undone"]["removed"]) == ("undone", 2)
    assert machine.post(number, "undo").status_code == 409


def test_progress_says_the_state(machine):
    number = machine.send().json["id"]
    assert machine.ask(number, "progress").json["state"] == "received"
    machine.post(number, "apply", only_valid=True)
    assert machine.ask(number, "progress").json["state"] == "applied"


@pytest.mark.parametrize(
    ("text", "name"), [("", "empty.csv"), (b"%PDF-1.7 ...", "plan.pdf"), ("a,b\n", "bare.csv")]
)
def test_what_is_no_table_leaves_nothing_behind(machine, session, text, name):
    answer = machine.send(text, name)
    assert answer.status_code == 400
    assert name in answer.json["message"]
    assert session.scalar(select(func.count()).select_from(Upload)) == 0


def test_a_machine_uploads_for_its_own_agency_only(machine, session):
    other = Agency(name="Greene County OEM", kind="county")
    session.add(other)
    session.flush()
    assert machine.send(agency="Greene County OEM").status_code == 403
    assert machine.send(agency="Boone County OEM").json["agency"] == "Boone County OEM"


@pytest.mark.parametrize(
    ("who", "status"), [("carol", 200), ("joe", 404), ("dana", 404), ("stella", 200)]
)
def test_only_the_agency_and_those_above_see_an_upload(app, client, session, who, status):
    client.sign_in(session, "carol")
    address = sent(client)
    visitor = another(app)
    visitor.sign_in(session, who)
    assert visitor.get(address).status_code == status
    assert visitor.get(f"{address}/refused.csv").status_code == status
    assert visitor.get(f"/api{address}").status_code == status
    for what in ("rows", "points", "absent", "progress", "file"):
        assert visitor.get(f"/api{address}/{what}").status_code == status
    for verb in ("check", "fix", "apply", "publish", "undo"):
        answer = visitor.post(f"{address}/{verb}", headers=visitor.csrf())
        assert answer.status_code == (303 if status == 200 else 404)


@pytest.mark.parametrize("who", ["rita", "sam"])
def test_who_may_not_upload_finds_the_pages_closed(client, session, who):
    client.sign_in(session, who)
    assert client.get("/uploads").status_code == 403
    assert client.get("/uploads/new").status_code == 403
    assert client.post("/api/uploads", headers=client.csrf()).status_code == 403


def test_the_public_is_led_to_the_log_in(client):
    assert client.get("/uploads").location.startswith("/log-in")
    assert client.post("/api/uploads").status_code == 401


def test_an_editor_without_an_agency_has_nobody_to_upload_for(client, session, cast):
    client.sign_in(session, "carol")
    cast.account("carol").agency = None
    session.flush()
    assert client.get("/uploads").status_code == 403
    assert "belongs to no agency" in words(client.get("/uploads/new"))


def test_those_above_choose_the_agency(client, session, cast):
    cast.account("carol")
    client.sign_in(session, "stella")
    assert "Agency whose resources these are" in words(client.get("/uploads/new"))
    address = sent(client, agency="Boone County OEM")
    assert "Shelters of Boone County OEM" in words(client.get(address))


def test_search_finds_what_an_upload_touched(machine, client, session):
    number = machine.send().json["id"]
    machine.post(number, "apply", only_valid=True)
    client.sign_in(session, "carol")
    found = client.get(f"/api/search?q=upload:{number}").json
    assert sorted(one["name"] for one in found["resources"]) == ["Armory", "Town hall"]
    assert client.get(f"/api/search?q=upload:{number + 1}").json["ids"] == []


def test_search_by_upload_shows_the_public_nothing_hidden(machine, client):
    number = machine.send().json["id"]
    machine.post(number, "apply", only_valid=True)
    assert client.get(f"/api/search?q=upload:{number}").json["ids"] == []
