"""A hundred desks want the same pallets at one moment: nothing is promised twice, by HTTP."""

import http.client
import json
import os
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from urllib.parse import urlsplit

import pytest
from sqlalchemy import func, select

from meris import ledger, requests
from meris.accounts import tokens, viewer_of
from meris.db import SYSTEM
from meris.fields import Home
from meris.requests import Asked, Step, Want
from meris.tables import Fill, RequestLine, StockLine
from tests import makers, people

#: As many as the server has connections; MERIS_DESKS=100 plays them all.
DESKS = int(os.environ.get("MERIS_DESKS", "24"))
PALLETS = 7


@pytest.fixture(scope="module")
def scene(live_server):
    database = live_server.database()
    with database.transaction(SYSTEM) as session:
        stella = viewer_of(people.account(session, "stella"))
        secret = tokens.create(session, stella, name="Desk", role="state").secret
        shelter, store = makers.shelter(session), makers.supply_site(session, name="Store")
        item = {"item_code": "WATER-BTL", "unit_of_issue": "PL", "units_per_pack": 864}
        shelf = makers.stock(session, store, "Water", quantity_on_hand=PALLETS, **item)
        lines = [_line(session, stella, shelter) for _ in range(DESKS)]
    yield database, secret, shelf, lines
    database.dispose()


def _line(session, viewer, shelter):
    asked = Asked(shelter, [Want("Water", 1, "PL", "WATER-BTL")])
    made = requests.ask(session, viewer, asked, home=Home.of())
    line = session.scalars(select(RequestLine).where(RequestLine.request_id == made.id)).one()
    requests.move(session, viewer, line.id, Step("approved", 1), home=Home.of())
    return line.id


def _all_at_once(url, secret, lines, body_of):
    """Every desk commits for a line of its own, in the same moment."""
    address, start = urlsplit(url), Barrier(len(lines))

    def run(line):
        connection = http.client.HTTPConnection(address.hostname, address.port, timeout=120)
        headers = {"Authorization": f"Bearer {secret}", "Content-Type": "application/json"}
        connection.connect()
        start.wait(60)
        path = f"/api/request-lines/{line}/commit"
        connection.request("POST", path, json.dumps(body_of(line)), headers)
        answer = connection.getresponse()
        body = json.loads(answer.read())
        connection.close()
        return answer.status, body

    with ThreadPoolExecutor(len(lines)) as pool:
        return list(pool.map(run, lines))


def test_the_same_pallet_is_never_promised_twice(live_server, scene):
    database, secret, shelf, lines = scene

    def body(line):
        return {"takes": [{"stock_line_id": shelf, "quantity": 1}], "key": f"k-{line}"}

    answers = _all_at_once(live_server.url, secret, lines, body)
    assert Counter(status for status, _ in answers) == {200: PALLETS, 409: DESKS - PALLETS}
    for status, told in answers:
        if status == 409:
            assert "Nothing is free of water: 7 pallets on hand" in told["message"]
            assert "Nobody else has any to give." in told["message"]
        else:
            assert told["lines"][0]["status"] == "assigned"
    _assert_promised_once(database, shelf)
    # the winners ask once more, as after a lost answer
    won = [line for line, (status, _) in zip(lines, answers, strict=True) if status == 200]
    again = _all_at_once(live_server.url, secret, won, body)
    assert {status for status, _ in again} == {200}
    _assert_promised_once(database, shelf)


def _assert_promised_once(database, shelf):
    with database.transaction(SYSTEM) as session:
        line = session.get_one(StockLine, shelf)
        assert (line.quantity_committed, line.quantity_promised) == (PALLETS, PALLETS)
        assert session.scalar(select(func.sum(Fill.quantity_committed))) == PALLETS
        assert ledger.check(session) == []


def test_one_line_is_filled_once_though_many_click(live_server, scene):
    database, secret, _, _ = scene
    with database.transaction(SYSTEM) as session:
        store = makers.supply_site(session, name="Second store")
        item = {"item_code": "WATER-BTL", "unit_of_issue": "PL", "units_per_pack": 864}
        shelf = makers.stock(session, store, "Water", quantity_on_hand=50, **item)
        stella = viewer_of(people.account(session, "stella"))
        line = _line(session, stella, makers.shelter(session))
    crowd = [line] * 12
    body = {"takes": [{"stock_line_id": shelf, "quantity": 1}]}
    answers = _all_at_once(live_server.url, secret, crowd, lambda _: body)
    assert Counter(status for status, _ in answers) == {200: 1, 409: len(crowd) - 1}
    assert all(
        "nothing of 1 pallet of water is missing" in told["message"].lower()
        for status, told in answers
        if status == 409
    )
