"""Stock pages and their API: seeing, moving, explaining, reversing; by who may and nobody else."""

import pytest
from sqlalchemy import select

from meris.tables import StockLine, StockMovement
from tests import makers


@pytest.fixture
def boone(cast):
    """The agency of Carol and Sam."""
    return cast.account("carol").agency_id


@pytest.fixture
def cache(session, boone):
    """A supply site of Boone County."""
    return makers.supply_site(session, name="Boone Cache", agency_id=boone, county_fips="29019")


@pytest.fixture
def water(session, cache):
    """40 cases of 12 liters, of which 4 are set aside."""
    return makers.stock(
        session,
        cache,
        "Bottled water",
        item_code="WATER-BTL",
        category="water",
        quantity_on_hand=40,
        quantity_committed=4,
        unit_of_issue="CS",
        lot="L1",
        par_level=50,
    )


def move(client, site, **given):
    return client.post(f"/api/supplies/{site}/movements", json=given, headers=client.csrf())


def sheet(client, site, query=""):
    return client.get(f"/api/supplies/{site}/stock{query}").json


def test_a_sheet_tells_each_figure_in_its_unit_and_in_liters(client, session, cache, water):
    client.sign_in(session, "rita")
    found = sheet(client, cache)
    [item] = found["items"]
    [line] = item["lines"]
    assert (line["id"], line["on_hand"], line["committed"], line["available"]) == (water, 40, 4, 36)
    assert line["on_hand_words"] == "40 cases (480 liters)"
    assert (item["below_par"], found["counts"]["below_par"]) == (True, 1)
    assert sheet(client, cache, "?q=blanket")["items"] == []
    assert sheet(client, cache, "?only=low")["items"][0]["title"] == "Bottled water"
    page = client.get(f"/supplies/{cache}").text
    assert "40 cases (480 liters)" in page
    assert f"/supplies/{cache}/movements?line={water}" in page
    assert ">Move</a>" not in page  # Rita reads


def test_lots_come_by_expiry_and_are_added_up_only_where_sizes_are_known(
    client, session, cache, water
):
    client.sign_in(session, "carol")
    kept = {"item_code": "WATER-BTL", "category": "water"}
    makers.stock(
        session, cache, "Bottled water", **kept, quantity_on_hand=2, unit_of_issue="PL",
        units_per_pack=1000, lot="L2", expires_on="2020-01-31",
    )  # fmt: skip
    [item] = sheet(client, cache)["items"]
    assert [(line["lot"], line["expiry"]) for line in item["lines"]] == [
        ("L2", "expired"),
        ("L1", None),
    ]
    assert (item["totals"]["unit"], item["totals"]["on_hand"]) == ("L", 2480)
    makers.stock(
        session, cache, "Bottled water", **kept, quantity_on_hand=1, unit_of_issue="PL", lot="L3"
    )
    assert sheet(client, cache)["items"][0]["totals"] is None


def test_what_is_handed_out_in_bottles_is_counted_in_cases_and_once_by_its_key(
    client, session, cache, water
):
    client.sign_in(session, "carol")
    sent = {"kind": "issue", "line": water, "quantity": 48, "unit": "BT", "client_key": "k-1"}
    first, again = move(client, cache, **sent), move(client, cache, **sent)
    assert (first.status_code, first.json["line"]["on_hand"]) == (201, 38)
    [item] = sheet(client, cache)["items"]
    assert item["lines"][0]["as_of"] == first.json["movement"]["at"]
    assert again.json == first.json
    told = client.get(f"/api/supplies/{cache}/movements?line={water}").json
    newest = told["movements"][0]
    assert (newest["kind"], newest["quantity"], newest["on_hand"]) == ("issue", 2, 38)
    assert (newest["entered_quantity"], newest["entered_unit"]) == (48, "BT")
    page = client.get(f"/supplies/{cache}/movements?line={water}").text
    assert "Handed out" in page
    assert "entered as 48 bottles" in page


def test_more_than_is_free_is_refused_with_what_is_free(client, session, cache, water):
    client.sign_in(session, "carol")
    refused = move(client, cache, kind="issue", line=water, quantity=37)
    assert refused.status_code == 409
    assert "Only 36 cases are free of bottled water" in refused.json["message"]
    form = {"kind": "issue", "line": water, "quantity": "37", "client_key": "k"}
    page = client.post(f"/supplies/{cache}/movements", data=form, headers=client.csrf())
    assert page.status_code == 409
    assert "Only 36 cases are free" in page.text
    assert 'value="37"' in page.text
    assert session.get(StockLine, water).quantity_on_hand == 40


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"kind": "issue", "quantity": "lots"}, "is not one number"),
        ({"kind": "issue", "quantity": 5, "unit": "LB"}, "a pound cannot be turned into"),
        ({"kind": "issue", "quantity": 1, "unit": "BT"}, "does not come out even"),
        ({"kind": "adjust_down", "quantity": 1}, "Say why"),
        ({"kind": "lose", "quantity": 1}, "What is to be done"),
        ({"kind": "issue", "quantity": 1, "at": "2020-01-01T00:00:00Z"}, "72 hours"),
    ],
)
def test_what_cannot_be_taken_is_said_in_words(client, session, cache, water, given, said):
    client.sign_in(session, "carol")
    answer = move(client, cache, line=water, **given)
    assert answer.status_code == 422
    assert said in answer.json["message"]


def test_goods_that_are_new_at_a_site_get_a_line(client, session, cache):
    client.sign_in(session, "carol")
    made = move(
        client, cache, kind="receive", item="cots", quantity=25, lot="C9", reason="Red Cross"
    )
    assert (made.status_code, made.json["line"]["item_name"]) == (201, "Cots, standard")
    [item] = sheet(client, cache)["items"]
    assert (item["item_code"], item["lines"][0]["lot"], item["lines"][0]["on_hand"]) == (
        "COT-STD",
        "C9",
        25,
    )


def test_a_movement_is_taken_back_by_another_once(client, session, cache, water):
    client.sign_in(session, "carol")
    made = move(client, cache, kind="damage", line=water, quantity=3, reason="wet").json
    address = f"/api/movements/{made['movement']['id']}/reverse"
    back = client.post(address, json={"reason": "dry after all"}, headers=client.csrf())
    assert (back.status_code, back.json["line"]["on_hand"]) == (201, 40)
    again = client.post(address, json={"reason": "twice"}, headers=client.csrf())
    assert again.status_code == 409
    page = client.get(f"/supplies/{cache}/movements?line={water}").text
    assert "Taken back: damaged" in page
    assert session.scalar(select(StockMovement.reason).order_by(StockMovement.id.desc()).limit(1))


def test_who_may_move_what(client, session, cast, boone, cache, water):
    gym = makers.shelter(session, name="Lyceum", agency_id=boone)
    cots = makers.stock(session, gym, "Cots", item_code="COT-STD", quantity_on_hand=30)
    client.sign_in(session, "joe")
    assert move(client, cache, kind="issue", line=water, quantity=1).status_code == 403
    client.sign_in(session, "rita")
    assert move(client, cache, kind="issue", line=water, quantity=1).status_code == 403
    client.sign_in(session, "sam")
    assert move(client, cache, kind="issue", line=water, quantity=1).status_code == 403
    assert move(client, gym, kind="issue", line=cots, quantity=5).status_code == 201
    wrong = move(client, gym, kind="damage", line=cots, quantity=5, reason="torn")
    assert wrong.status_code == 403
    assert ">Move</a>" in client.get(f"/supplies/{gym}").text
    client.sign_in(session, "stella")
    assert move(client, cache, kind="issue", line=water, quantity=1).status_code == 201


def test_the_public_sees_no_stock(client, session, boone):
    cache = makers.supply_site(session, agency_id=boone, sensitivity="public")
    makers.stock(session, cache)
    assert client.get(f"/api/supplies/{cache}/stock").status_code == 401
    assert client.get(f"/supplies/{cache}").status_code == 302
    told = client.get(f"/api/resources/{cache}").json
    assert (told["stock"], told["stock_url"]) == ([], None)


def test_a_hidden_site_is_in_no_sheet_no_list_and_no_sum(client, session, boone, cache, water):
    client.sign_in(session, "joe")
    before = [client.get(path).json for path in ("/api/items", "/api/items/WATER-BTL")]
    secret = makers.supply_site(
        session, name="Quiet Cache", agency_id=boone, sensitivity="confidential"
    )
    line = makers.stock(
        session, secret, "Bottled water", item_code="WATER-BTL", quantity_on_hand=900,
        unit_of_issue="CS",
    )  # fmt: skip
    assert [client.get(path).json for path in ("/api/items", "/api/items/WATER-BTL")] == before
    assert "Quiet" not in client.get("/api/supplies").text
    paths = ("/api/supplies/{}/stock", "/api/supplies/{}/movements", "/supplies/{}/counts")
    for path in paths:
        hidden, none = client.get(path.format(secret)), client.get(path.format(999_999))
        assert (hidden.status_code, hidden.json) == (404, none.json)
    moved = move(client, secret, kind="issue", line=line, quantity=1)
    assert moved.json == move(client, 999_999, kind="issue", line=line, quantity=1).json
    # nor by way of a site that Joe may see
    by_another = move(client, cache, kind="issue", line=line, quantity=1)
    none = move(client, cache, kind="issue", line=999_999, quantity=1)
    assert (by_another.status_code, by_another.json) == (404, none.json)
    client.sign_in(session, "carol")
    total = client.get("/api/items/WATER-BTL").json["item"]["available"]
    assert total == (36 + 900) * 12


def test_an_item_is_told_with_who_has_it_the_most_first(client, session, boone, cache, water):
    far = makers.supply_site(session, name="Far Cache", agency_id=boone, county_fips="29077")
    makers.stock(
        session, far, "Water", item_code="WATER-BTL", quantity_on_hand=100, unit_of_issue="GAL"
    )
    makers.stock(session, far, "Shovels", quantity_on_hand=3)
    client.sign_in(session, "rita")
    told = client.get("/api/items/WATER-BTL").json
    assert [(one["site"]["name"], one["available"]) for one in told["holders"]] == [
        ("Boone Cache", 432),
        ("Far Cache", 378.541),
    ]
    near = client.get("/api/items/WATER-BTL?county=29019").json["holders"]
    assert [one["site"]["name"] for one in near] == ["Boone Cache"]
    page = client.get("/items/WATER-BTL?quantity=40&unit=CS").text
    assert "= 480 liters" in page
    assert "= 126.803 gallons" in page
    assert "Shovels" in client.get("/items").text
    assert client.get("/items/GOLD").status_code == 404
