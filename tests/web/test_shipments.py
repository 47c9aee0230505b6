"""Shipments and count sheets, from page to page: sent, come in part, counted, and applied whole."""

import pytest

from meris.tables import StockLine
from tests import makers


@pytest.fixture
def boone(cast):
    """The agency of Carol and Sam."""
    return cast.account("carol").agency_id


@pytest.fixture
def cache(session, boone):
    """Where the goods are."""
    return makers.supply_site(session, name="Boone Cache", agency_id=boone)


@pytest.fixture
def gym(session, boone):
    """Where they go: Sam's shelter."""
    return makers.shelter(session, name="Lyceum", agency_id=boone)


@pytest.fixture
def water(session, cache):
    """40 cases."""
    return makers.stock(
        session, cache, "Bottled water", item_code="WATER-BTL", category="water",
        quantity_on_hand=40, unit_of_issue="CS", lot="L1",
    )  # fmt: skip


def post(client, path, **form):
    return client.post(path, data=form, headers=client.csrf())


def send(client, cache, gym, line, quantity="10", **form):
    return post(
        client,
        f"/supplies/{cache}/send",
        to=f"Lyceum (#{gym})",
        **{f"send-{line}": quantity},
        **form,
    )


def line_of(client, path):
    return client.get(f"/api{path}").json["lines"][0]["id"]


def test_goods_are_sent_come_in_part_and_the_rest_is_explained(client, session, cache, gym, water):
    client.sign_in(session, "carol")
    made = send(client, cache, gym, water, client_key="s-1")
    assert made.status_code == 302
    assert send(client, cache, gym, water, client_key="s-1").location == made.location
    path = made.location
    assert "Being prepared" in client.get(path).text
    assert post(client, f"{path}/depart").status_code == 302
    [one] = client.get(f"/api/shipments?site={gym}").json["shipments"]
    assert (one["status"], one["lines"][0]["in_transit"]) == ("in_transit", 10)
    assert "+10 cases (120 liters)" in client.get(f"/supplies/{gym}").text

    client.sign_in(session, "sam")
    line = line_of(client, path)
    part = {f"received-{line}": "7", "client_key": "r-1"}
    assert post(client, f"{path}/receive", **part).status_code == 302
    assert post(client, f"{path}/receive", **part).status_code == 302
    told = client.get(f"/api{path}").json
    assert (told["status"], told["lines"][0]["received"]) == ("arrived", 7)
    no_reason = post(client, f"{path}/receive", **{f"short-{line}": "3"})
    assert no_reason.status_code == 422
    assert "Say why" in no_reason.text
    rest = {f"received-{line}": "1", f"short-{line}": "2", f"reason-{line}": "fell off"}
    assert post(client, f"{path}/receive", **rest).status_code == 302
    told = client.get(f"/api{path}").json
    assert (told["status"], told["lines"][0]["received"], told["lines"][0]["short"]) == (
        "received",
        8,
        2,
    )
    assert "2 short or damaged" in client.get(path).text
    [item] = client.get(f"/api/supplies/{gym}/stock").json["items"]
    assert item["lines"][0]["on_hand"] == 8


def test_more_than_is_free_is_not_sent(client, session, cache, gym, water):
    client.sign_in(session, "carol")
    refused = send(client, cache, gym, water, "41")
    assert refused.status_code == 409
    assert "Only 40 cases are free" in refused.text
    nowhere = post(client, f"/supplies/{cache}/send", to="Atlantis", **{f"send-{water}": "1"})
    assert "There is no site called" in nowhere.text
    assert client.get("/api/shipments?status=all").json["shipments"] == []


def test_a_program_sends_and_takes_in(client, session, cache, gym, water):
    client.sign_in(session, "carol")
    body = {"to": gym, "lines": [{"line": water, "quantity": 2}], "carrier": "Truck 4"}
    made = client.post("/api/shipments", json=body, headers=client.csrf())
    assert (made.status_code, made.json["carrier"]) == (201, "Truck 4")
    path = f"/api/shipments/{made.json['id']}"
    for step, status in (("depart", "in_transit"), ("arrive", "arrived"), ("receive", "received")):
        moved = client.post(f"{path}/{step}", json={}, headers=client.csrf())
        assert (moved.status_code, moved.json["status"]) == (200, status)
    lost = client.post(f"{path}/lose", json={}, headers=client.csrf())
    assert lost.status_code == 404


def test_a_hidden_end_has_no_name(client, session, cast, boone, cache, gym, water):
    secret = makers.shelter(session, name="Safe House", agency_id=boone, sensitivity="confidential")
    client.sign_in(session, "carol")
    sent = send(client, cache, secret, water)
    assert sent.status_code == 302
    client.sign_in(session, "joe")
    told = client.get(f"/api{sent.location}").json
    assert (told["from"]["name"], told["to"]) == ("Boone Cache", None)
    for path in ("/shipments", sent.location, f"/shipments?site={secret}", "/shipments?q=Safe"):
        assert "Safe House" not in client.get(path).text
    assert client.get(f"/api/shipments?site={secret}").json["shipments"] == []
    assert client.get("/api/shipments?q=Safe").json["shipments"] == []
    hidden = send(client, cache, secret, water)
    assert hidden.status_code == send(client, cache, 999_999, water).status_code


def test_a_sheet_is_drawn_printed_entered_and_applied_whole(client, session, cache, water):
    blankets = makers.stock(
        session, cache, "Blankets", item_code="BLANKET", category="shelter", quantity_on_hand=100
    )
    client.sign_in(session, "carol")
    path = post(client, f"/supplies/{cache}/counts").location
    assert client.get(f"{path}.pdf").data.startswith(b"%PDF")
    counted = {f"counted-{water}": "38", f"counted-{blankets}": ""}
    assert post(client, path, **counted, do="enter").status_code == 302
    page = client.get(path).text
    assert "−2" in page
    assert "Apply: 1 counted, 1 differ" in page
    assert session.get(StockLine, water).quantity_on_hand == 40
    assert post(client, path, **counted, do="apply").status_code == 302
    session.expire_all()
    # an empty cell is not counted, which is not zero
    assert session.get(StockLine, water).quantity_on_hand == 38
    assert session.get(StockLine, blankets).quantity_on_hand == 100
    told = client.get(f"/api/stocktakes/{path.rpartition('/')[2]}").json
    assert (told["status"], told["differing"]) == ("entered", 1)


def test_a_count_below_what_is_promised_is_refused_with_all_of_the_sheet(
    client, session, cache, gym, water
):
    blankets = makers.stock(session, cache, "Blankets", category="shelter", quantity_on_hand=100)
    client.sign_in(session, "carol")
    assert send(client, cache, gym, water, "30").status_code == 302
    path = post(client, f"/supplies/{cache}/counts").location
    counted = {f"counted-{water}": "20", f"counted-{blankets}": "90"}
    refused = post(client, path, **counted, do="apply")
    assert refused.status_code == 409
    assert "Nothing was applied" in refused.text
    assert "Lyceum" in refused.text
    session.expire_all()
    assert session.get(StockLine, blankets).quantity_on_hand == 100


def test_only_chosen_categories_are_counted_and_by_who_may(client, session, cache, gym, water):
    makers.stock(session, cache, "Blankets", category="shelter", quantity_on_hand=100)
    client.sign_in(session, "carol")
    path = f"/api/supplies/{cache}/stocktakes"
    made = client.post(path, json={"categories": ["water"]}, headers=client.csrf())
    assert [line["item_name"] for line in made.json["lines"]] == ["Bottled water"]
    none = client.post(path, json={"categories": ["fuel"]}, headers=client.csrf())
    assert none.status_code == 422
    client.sign_in(session, "joe")
    assert client.post(path, json={}, headers=client.csrf()).status_code == 403
    entered = client.post(
        f"/api/stocktakes/{made.json['id']}/enter",
        json={"counted": {str(water): 1}},
        headers=client.csrf(),
    )
    assert entered.status_code == 403
