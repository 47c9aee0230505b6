"""A hundred consoles want the same pallets at the same moment: nothing is promised twice.

MERIS_ROUNDS=200 plays as many rounds as were asked for; a plain run plays fewer of the same.
"""

import os
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from functools import partial
from threading import Barrier

import pytest
from sqlalchemy import text

from meris import ledger
from meris.accounts import Viewer
from meris.db import SYSTEM, Database
from meris.errors import Conflict
from meris.fields import Home
from meris.ledger import Said, shipments
from meris.ledger.shipments import Load, Plan
from meris.tables import StockLine
from tests import makers

CONSOLES = 100
ROUNDS = int(os.environ.get("MERIS_ROUNDS", "0"))
VIEWERS = [Viewer(f"Console {n}", n, None, None, frozenset({"state"})) for n in range(CONSOLES)]
HOME = Home.of("MO")


@pytest.fixture
def database(fresh_database):
    database = Database.at(fresh_database.web, pool_size=CONSOLES)
    yield database
    database.dispose()


@pytest.fixture
def consoles():
    with ThreadPoolExecutor(CONSOLES) as pool:
        yield pool


def at_once(consoles, how_many, do):
    """What each console got when all of them begin at the same moment."""
    start = Barrier(how_many)

    def run(number):
        start.wait(30)
        return do(number)

    return list(consoles.map(run, range(how_many)))


def stock(database, quantity, *lots):
    """Lines of pallets at one site, one for each lot."""
    with database.transaction(SYSTEM) as session:
        site = makers.supply_site(session, name="Cole Cache")
        values = {"unit_of_issue": "PL", "quantity_on_hand": quantity}
        lines = [makers.stock(session, site, "Water", lot=lot, **values) for lot in lots]
    return site, lines


def line(database, line_id):
    with database.reading() as session:
        assert ledger.check(session) == []
        return session.get(StockLine, line_id)


def asked(database, number, do):
    """What it made, or the refusal; anything else fails the round."""
    try:
        with database.transaction(VIEWERS[number].actor) as session:
            # however busy the machine is: nobody gives up waiting
            session.execute(text("SET LOCAL lock_timeout = '120s'"))
            return do(session, VIEWERS[number])
    except Conflict as refusal:
        return refusal


def one(key=None):
    return Said(Decimal(1), key=key)


def _promise(line_id, session, viewer):
    return ledger.promise(session, viewer, line_id, one())


def test_as_many_commit_as_there_are_pallets(database, consoles):
    for _ in range(ROUNDS or 1):
        _, (pallets,) = stock(database, 60, None)
        want = partial(_promise, pallets)
        answers = at_once(consoles, CONSOLES, lambda n, want=want: asked(database, n, want))
        refused = [answer for answer in answers if isinstance(answer, Conflict)]
        assert len(refused) == 40
        assert refused[0].message == (
            "Nothing is free of Water: 60 pallets on hand, 60 pallets promised to others."
        )
        left = line(database, pallets)
        kept = (left.quantity_on_hand, left.quantity_committed, left.quantity_promised)
        assert kept == (60, 60, 60)


def test_two_lines_in_either_order_never_wait_for_one_another(database, consoles):
    _, lines = stock(database, 30, "A", "B")

    def both(session, viewer, order):
        ledger.lock(session, viewer, order)
        return [ledger.promise(session, viewer, one_line, one()) for one_line in order]

    answers = at_once(
        consoles,
        40,
        lambda n: asked(database, n, lambda s, v: both(s, v, lines if n % 2 else lines[::-1])),
    )
    refused = [answer.message for answer in answers if isinstance(answer, Conflict)]
    assert len(refused) == 10
    assert all("Nothing is free" in message for message in refused)
    assert [line(database, one_line).quantity_promised for one_line in lines] == [30, 30]


def test_the_same_key_at_once_is_one_promise(database, consoles):
    _, (pallets,) = stock(database, 60, None)

    def again(_number):
        with database.transaction(VIEWERS[0].actor) as session:
            return ledger.promise(session, VIEWERS[0], pallets, one("3f0c")).id

    assert len(set(at_once(consoles, 20, again))) == 1
    assert line(database, pallets).quantity_promised == 1


def test_a_shipment_is_taken_in_once_however_many_do_it(database, consoles):
    _, (pallets,) = stock(database, 60, None)
    with database.transaction(VIEWERS[0].actor) as session:
        goal = makers.shelter(session, name="Shelter")
        plan = Plan(goal, [Load(one(), line_id=pallets)])
        shipment = shipments.prepare(session, VIEWERS[0], plan, home=HOME).id
        shipments.depart(session, VIEWERS[0], shipment)
    answers = at_once(
        consoles,
        12,
        lambda n: asked(database, n, lambda s, v: shipments.take_in(s, v, shipment).number),
    )
    refused = [answer.message for answer in answers if isinstance(answer, Conflict)]
    assert len(refused) == 11
    assert "is received since Console" in refused[0]
    with database.reading() as session:
        (taken,) = session.query(StockLine).filter_by(resource_id=goal)
        assert taken.quantity_on_hand == 1


def test_who_waits_too_long_is_told_to_try_again(database):
    _, (pallets,) = stock(database, 60, None)
    with database.transaction(SYSTEM) as first, database.transaction(SYSTEM) as second:
        ledger.lock(first, VIEWERS[0], [pallets])
        second.execute(text("SET LOCAL lock_timeout = '50ms'"))
        with pytest.raises(Conflict, match="Try again in a moment"):
            ledger.promise(second, VIEWERS[1], pallets, one())
        second.rollback()
    assert line(database, pallets).quantity_promised == 0
