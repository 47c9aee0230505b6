"""The board, one request, asking and ICS 213RR: as pages, without a script."""

import re
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import select

from meris import requests
from meris.fields import Home
from meris.requests import Asked, Step, Take, Want
from meris.tables import Fill, Request, RequestLine, Shipment, StockLine
from tests import makers

HOME = Home.of()


@pytest.fixture
def gym(session, cast):
    """A shelter of Boone County, where Sam and Carol work."""
    agency = cast.account("sam").agency_id
    return makers.shelter(session, name="Lyceum", agency_id=agency, contact_phone="573-555-0100")


@pytest.fixture
def shelf(session, cast):
    """Cots in a warehouse of the same county."""
    agency = cast.account("sam").agency_id
    store = makers.supply_site(session, name="Boone Warehouse", agency_id=agency)
    return makers.stock(session, store, "Cots", item_code="COT-STD", quantity_on_hand=100)


def wanted(session, viewer, site, quantity=40, **more):
    asked = Asked(site, [Want("Cots, standard", Decimal(quantity), "EA", "COT-STD")], **more)
    request = requests.ask(session, viewer, asked, home=HOME)
    line = session.scalars(select(RequestLine).where(RequestLine.request_id == request.id)).one()
    requests.move(session, viewer, line.id, Step("approved", 1), home=HOME)
    return line


def post(client, address, **form):
    form["csrf_token"] = client.csrf()["X-CSRFToken"]
    return client.post(address, data=form, follow_redirects=True).get_data(as_text=True)


def form_of(page, address):
    """The hidden fields of the form that goes there."""
    found = re.search(rf'<form method="post" action="{address}">(.*?)</form>', page, re.DOTALL)
    assert found, address
    return dict(re.findall(r'<input [^>]*name="(\w+)" value="([^"]*)"', found[1]))


def test_made_committed_shipped_and_received_by_forms(client, session, gym, shelf):
    client.sign_in(session, "carol")
    form = {
        "deliver_to": gym,
        "key": "once",
        "quantity-0": "40",
        "item_name-0": "cots",
        "unit_of_issue-0": "",
        "details-0": "folding",
        "priority": "high",
        "title": "Manager",
    }
    made = post(client, "/requests/new", **form)
    assert "40 cots, standard" in made
    assert post(client, "/requests/new", **form).count("is made.") == 1
    [request] = session.scalars(select(Request)).all()
    [line] = session.scalars(select(RequestLine)).all()
    page = post(client, f"/requests/lines/{line.id}/move", of=request.id, to="approved",
                version=1, name="Kim Lee", title="Section chief")  # fmt: skip
    assert "Approved by Kim Lee, Section chief" in page
    assert "Commit 40 from Boone Warehouse" in page
    commit = form_of(page, f"/requests/lines/{line.id}/commit")
    assert commit["take"] == f"{shelf}:40"
    page = post(client, f"/requests/lines/{line.id}/commit", **commit)
    again = post(client, f"/requests/lines/{line.id}/commit", **commit)
    assert "committed. Ship it when it is loaded." in page
    assert "committed. Ship it when it is loaded." in again
    [fill] = session.scalars(select(Fill)).all()
    address = f"/requests/fills/{fill.id}/ship"
    page = post(client, address, **form_of(page, address), carrier="Truck 4")
    [sent] = session.scalars(select(Shipment)).all()
    assert f"Shipment {sent.number} is on its way." in page
    assert sent.carrier == "Truck 4"
    address = f"/requests/shipments/{sent.id}/receive"
    page = post(client, address, **form_of(page, address))
    assert f"Shipment {sent.number} is received." in page
    session.refresh(line)
    assert line.status == "on_scene"
    assert session.scalars(select(StockLine.quantity_on_hand).order_by(StockLine.id)).all() == [
        60,
        40,
    ]
    assert "Filled" in page


def test_the_board_has_a_column_a_stage_and_says_what_is_missing_and_late(
    client, session, cast, gym, shelf
):
    carol = cast.viewer("carol")
    line = wanted(session, carol, gym)
    requests.commit_stock(session, carol, line.id, [Take(shelf, Decimal(25))])
    session.get_one(Request, line.request_id).needed_by = datetime.now(UTC) - timedelta(hours=2)
    session.flush()
    client.sign_in(session, "joe")
    page = client.get("/requests").get_data(as_text=True)
    [column] = re.findall(r'<section class="stage".*?</section>', page, re.DOTALL)[1:2]
    assert "To source" in column
    assert "15 missing, 25 committed" in column
    assert "late by 2 h" in column
    assert "Nothing is on the road." in page
    assert "late by" not in client.get("/requests?county=29077").get_data(as_text=True)


def test_who_loses_reads_it_on_the_page(client, session, cast, gym, shelf):
    stella = cast.viewer("stella")
    first, second = (wanted(session, stella, gym, 100) for _ in range(2))
    requests.commit_stock(session, stella, first.id, [Take(shelf, Decimal(100))])
    client.sign_in(session, "carol")
    page = post(client, f"/requests/lines/{second.id}/commit", of=second.request_id,
                take=f"{shelf}:100", key="k")  # fmt: skip
    assert "Stella was faster" in page
    assert "Nobody else has any to give." in page


def test_a_wrong_form_comes_back_as_it_was_written(client, session, gym):
    client.sign_in(session, "carol")
    client.csrf()
    form = {
        "deliver_to": gym,
        "key": "k",
        "quantity-0": "some",
        "item_name-0": "cots",
        "note": "East",
    }
    form["csrf_token"] = client.csrf()["X-CSRFToken"]
    answer = client.post("/requests/new", data=form)
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert 'value="some"' in page
    assert 'value="East"' in page
    assert session.scalars(select(Request.id)).all() == []


def test_the_new_form_is_filled_from_an_address(client, session, gym):
    client.sign_in(session, "carol")
    given = "text=water 40 cases, cots 5&needed_by=2090-01-02T10:00-06:00"
    address = f"/requests/new?deliver_to={gym}&{given}"
    page = client.get(address).get_data(as_text=True)
    assert 'value="Bottled water"' in page
    assert 'value="2090-01-02T10:00"' in page
    assert "Lyceum" in client.get("/requests/new?site=lyc").get_data(as_text=True)


def test_a_hidden_site_is_like_none(client, session, cast):
    stella = cast.viewer("stella")
    hidden = makers.shelter(session, name="Safe house", sensitivity="confidential",
                            agency_id=stella.agency_id)  # fmt: skip
    line = wanted(session, stella, hidden)
    client.sign_in(session, "carol")
    for address in ("/requests/{}", "/requests/{}/ics-213RR", "/api/requests/{}"):
        there = client.get(address.format(line.request_id))
        nowhere = client.get(address.format(2**40))
        assert (there.status_code, nowhere.status_code) == (404, 404)
        assert "Safe house" not in there.get_data(as_text=True)
    for path in ("sources", "commit", "move"):
        address = f"/api/request-lines/{line.id}/{path}"
        body = {"takes": [{"stock_line_id": 1, "quantity": 1}], "to": "sourcing", "version": 1}
        answer = (
            client.get(address)
            if path == "sources"
            else client.post(address, json=body, headers=client.csrf())
        )
        assert (path, answer.status_code) == (path, 404)
    hidden_form, no_form = (
        re.sub(r'nonce="[^"]*"|content="[^"]*"|value="[^"]*"', "", page.get_data(as_text=True))
        for page in map(client.get, (f"/requests/new?deliver_to={one}" for one in (hidden, 2**40)))
    )
    assert hidden_form == no_form
    assert "Safe house" not in client.get("/requests/new?site=safe").get_data(as_text=True)


def test_a_hidden_giver_is_not_named(client, session, cast, gym):
    stella = cast.viewer("stella")
    store = makers.supply_site(session, name="Safe store", sensitivity="confidential")
    shelf = makers.stock(session, store, "Cots", item_code="COT-STD", quantity_on_hand=100)
    line = wanted(session, stella, gym)
    [fill] = requests.commit_stock(session, stella, line.id, [Take(shelf, Decimal(40))])
    requests.release(session, stella, fill.id, reason="Safe store says no", home=HOME)
    requests.commit_stock(session, stella, line.id, [Take(shelf, Decimal(30))])
    client.sign_in(session, "joe")
    for address in (
        f"/requests/{line.request_id}",
        f"/api/requests/{line.request_id}",
        f"/requests/{line.request_id}/ics-213RR",
        "/requests",
        "/requests?status=all",
    ):
        page = client.get(address).get_data(as_text=True)
        assert "Safe store" not in page, address
    assert "a site that you may not see" in page


def test_the_form_has_its_nineteen_blocks_and_the_facts(client, session, cast, gym, shelf):
    carol = cast.viewer("carol")
    incident = makers.incident(session, title="Tornado, Columbia")
    line = wanted(session, carol, gym, incident=incident, priority="lifesaving", title="Manager",
                  substitutes="Army cots", note="By the east door")  # fmt: skip
    requests.commit_stock(session, carol, line.id, [Take(shelf, Decimal(25))])
    client.sign_in(session, "carol")
    page = client.get(f"/requests/{line.request_id}/ics-213RR").get_data(as_text=True)
    blocks = re.findall(r"<h2>(\d+)\. ([^<]*)</h2>", page)
    assert [int(number) for number, _ in blocks] == list(range(1, 20))
    text = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))
    for fact in (
        "Resource Request Message (ICS 213RR)",
        "1. Incident Name Tornado, Columbia (",
        "40 Shelter (cots, blankets) COT-STD Cots, standard; 15 missing, 25 committed",
        "As soon as possible",
        "5. Requested Delivery/Reporting Location Lyceum Contact: 573-555-0100",
        "6. Suitable Substitutes and/or Suggested Sources Army cots",
        "7. Requested by Name/Position Carol, Manager, Boone County OEM",
        "8. Priority Urgent (Lifesaving)",
        "9. Section Chief Approval Carol",
        "12. Name of Supplier/POC Boone Warehouse",
        "13. Notes By the east door",
        "14. Approval Signature of Authorized Logistics Representative ____",
        "16. Order Placed by (SPUL, PROC) Carol",
        "18. Finance Section Signature ____",
    ):
        assert fact in text, (fact, text)
    csv = client.get(f"/requests/{line.request_id}/ics-213rr.csv").get_data(as_text=True)
    assert csv.splitlines()[1].startswith("40,")
    assert client.get(f"/requests/{line.request_id}/ics-214").status_code == 404


def test_the_paper_is_a_pdf(client, session, cast, gym):
    line = wanted(session, cast.viewer("carol"), gym)
    client.sign_in(session, "carol")
    answer = client.get(f"/requests/{line.request_id}/ics-213RR.pdf")
    assert answer.data.startswith(b"%PDF")
    assert "ics-213RR.pdf" in answer.headers["Content-Disposition"]


def test_what_is_sent_wrongly_is_refused_in_words(client, session, cast, gym, shelf):
    line = wanted(session, cast.viewer("carol"), gym)
    client.sign_in(session, "carol")
    version = session.get_one(Request, line.request_id).version

    def send(path, body, method="post"):
        answer = getattr(client, method)(path, json=body, headers=client.csrf())
        return answer.status_code

    commit = f"/api/request-lines/{line.id}/commit"
    whole = f"/api/requests/{line.request_id}"
    for path, body, method in (
        (commit, {}, "post"),
        (commit, {"takes": []}, "post"),
        (commit, {"takes": ["x"]}, "post"),
        (commit, {"takes": [{"stock_line_id": "x", "quantity": 1}]}, "post"),
        (commit, {"takes": [{"stock_line_id": shelf, "quantity": -1}]}, "post"),
        (commit, {"takes": [{"stock_line_id": shelf, "quantity": 1.5}]}, "post"),
        (commit, {"takes": [{"stock_line_id": shelf, "quantity": 1}], "at": "2090-01-01"}, "post"),
        (commit, {"units": ["x"]}, "post"),
        (commit, {"units": [1]}, "post"),
        (f"{whole}/level", {"to": "moon", "version": version}, "post"),
        (f"{whole}/level", {"to": "state", "version": version}, "post"),
        (whole, {"version": version, "set": {"number": "x"}}, "patch"),
        (whole, {"version": version, "set": {"priority": "x"}}, "patch"),
        (whole, {"version": version, "set": {"external_refs": [{"system": "x"}]}}, "patch"),
        (whole, {"version": version, "set": {"external_refs": [
            {"system": "emac", "id": "1", "url": "javascript:alert(1)"}]}}, "patch"),
        ("/api/fills/ship", {"fills": []}, "post"),
        ("/api/fills/ship", {"fills": ["x"]}, "post"),
    ):  # fmt: skip
        assert send(path, body, method) == 422, (path, body)
    assert send("/api/fills/ship", {"fills": [2**40]}) == 404
    assert send(f"/api/fills/{2**40}/release", {"reason": "x"}) == 404
    good = {"external_refs": [{"system": "emac", "id": "RSA 12"}], "needed_by": "2090-01-01 10:00"}
    assert send(whole, {"version": version, "set": good}, "patch") == 200
    assert send(whole, {"version": version, "set": good}, "patch") == 409
