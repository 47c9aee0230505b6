"""GET /api/dispatch: what the board starts from."""

import gzip
import json

from tests import makers


def test_a_dispatcher_gets_everything_and_the_words_for_it(client, session):
    client.sign_in(session, "dana")
    fire = makers.incident(session)
    makers.assignment(session, makers.unit(session, name="E12"), fire)
    makers.area(session, name="Flat Branch")
    answer = client.get("/api/dispatch").get_json()
    assert [row["id"] for row in answer["incidents"]] == [fire]
    assert [row["unit_name"] for row in answer["assignments"]] == ["E12"]
    assert [row["name"] for row in answer["areas"]] == ["Flat Branch"]
    assert answer["areas"][0]["geometry"]["type"] == "MultiPolygon"
    sort = answer["types"]["structure_fire"]
    assert (sort["title"], sort["short"], sort["overdue"]) == ("Structure fire", "sf", 10)
    assert answer["cursor"]
    assert answer["now"] > 1_700_000_000


def test_the_public_gets_public_areas_only(client, session):
    makers.incident(session, sensitivity="public")
    makers.area(session, name="Flat Branch", sensitivity="public")
    makers.area(session)
    answer = client.get("/api/dispatch").get_json()
    assert (answer["incidents"], answer["assignments"], answer["types"]) == ([], [], {})
    assert [row["name"] for row in answer["areas"]] == ["Flat Branch"]


def test_the_answer_is_not_kept_by_anybody(client):
    assert client.get("/api/dispatch").headers["Cache-Control"] == "no-store"


def test_it_is_packed_for_who_can_unpack_it(client, session):
    client.sign_in(session, "dana")
    makers.incident(session)
    packed = client.get("/api/dispatch", headers={"Accept-Encoding": "gzip"})
    plain = client.get("/api/dispatch", headers={"Accept-Encoding": "identity"})
    assert packed.headers["Content-Encoding"] == "gzip"
    # other tests write to other databases of the cluster meanwhile, and the cursor counts them
    moving = {"now": 0, "cursor": ""}
    assert json.loads(gzip.decompress(packed.data)) | moving == plain.get_json() | moving
