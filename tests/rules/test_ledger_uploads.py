"""A county's file and the ledger: what it says becomes movements, and it counts no promise away."""

from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy import select, text

from meris import ledger, uploads
from meris.accounts import Viewer
from meris.db import SYSTEM, name_actor
from meris.errors import Refused
from meris.fields import Home
from meris.ledger import Said, shipments
from meris.ledger.shipments import Load, Plan
from meris.tables import Resource, StockLine, StockMovement, Upload
from meris.uploads import Decisions
from meris.uploads.load import apply_kept
from tests import makers
from tests.rules.sending import CAROL, VALID_ONLY, csv_bytes, send
from tests.rules.test_ledger import balances, request_line, said

STELLA = Viewer("Stella", 1, None, None, frozenset({"state"}))
HOME = Home.of()

FILE = """
    site  | item   | qty | unit | committed
    Barn  | Cots   | 40  | each | 5
    Barn  | Tarps  | 9   | each |
"""


def line_of(session, item):
    return session.scalars(select(StockLine.id).where(StockLine.item_name == item)).one()


def movements(session, line):
    rows = session.scalars(
        select(StockMovement)
        .where(StockMovement.stock_line_id == line)
        .order_by(StockMovement.id)
        .execution_options(populate_existing=True)
    )
    return [(row.kind, int(row.quantity), row.source, row.upload_id) for row in rows]


def as_stella(session):
    name_actor(session, STELLA.actor)


@pytest.fixture
def cots(session):
    """Forty cots by a file, 5 committed there, 28 promised by MERIS since."""
    send(session, FILE, "supply")
    as_stella(session)
    line = line_of(session, "Cots")
    wanted = request_line(session, makers.shelter(session))
    ledger.promise(session, STELLA, line, said(28), request_line_id=wanted)
    return line


def test_a_file_becomes_movements(session):
    first, _ = send(session, FILE, "supply")
    line = line_of(session, "Cots")
    second, _ = send(session, FILE.replace("40  ", "30  ").replace("| 5", "| 0"), "supply")
    assert movements(session, line) == [
        ("adjust_up", 40, "upload", first),
        ("commit", 5, "upload", first),
        ("adjust_down", 10, "upload", second),
        ("release_commit", 5, "upload", second),
    ]
    assert ledger.check(session) == []


def test_a_row_below_what_is_promised_is_refused_with_the_request(session, cots):
    with pytest.raises(Refused) as refusal:
        send(session, FILE.replace("40  ", "20  ").replace("9 ", "8 "), "supply")
    told = [p for p in refusal.value.details["problems"] if p["rule"] == "committed"]
    assert [problem["message"] for problem in told] == [
        "the file says 20 on hand, and 28 of it are promised to R2026-000012. Release what"
        " cannot be given there, or correct the count."
    ]
    assert balances(session, cots) == (40, 33, 28)
    assert balances(session, line_of(session, "Tarps")) == (9, 0, 0)


def test_the_other_rows_can_be_loaded_without_it(session, cots):
    file = FILE.replace("40  ", "20  ").replace("9 ", "8 ")
    _, done = send(session, file, "supply", VALID_ONLY)
    assert done.as_json()["counts"]["refused"] == 1
    assert balances(session, cots) == (40, 33, 28)
    assert balances(session, line_of(session, "Tarps")) == (8, 0, 0)
    assert ledger.check(session) == []


def test_a_file_never_lowers_committed_below_what_is_promised(session, cots):
    send(session, FILE.replace("| 5", "| 0").replace("40  ", "30  "), "supply")
    assert balances(session, cots) == (30, 28, 28)
    assert ledger.check(session) == []


def test_a_promise_made_between_check_and_applying_is_kept(session):
    send(session, FILE, "supply")
    line = line_of(session, "Cots")
    received = uploads.receive(
        session, CAROL, agency_id=makers.agency(session), kind="supply", filename="b.csv",
        content=csv_bytes(FILE.replace("40  ", "20  ")),
    )  # fmt: skip
    looked = uploads.examine(session, CAROL, received.upload_id, HOME, Decisions())
    assert looked.as_json()["counts"]["refused"] == 0
    session.get(Upload, received.upload_id).summary = looked.as_json()
    session.flush()
    as_stella(session)
    ledger.promise(session, STELLA, line, said(28))
    name_actor(session, SYSTEM)
    with pytest.raises(Refused) as refusal, session.begin_nested():
        apply_kept(session, CAROL, received.upload_id, HOME, Decisions())
    told = [problem["message"] for problem in refusal.value.details["problems"]]
    assert any("28 of it are promised" in message for message in told)
    assert balances(session, line) == (40, 33, 28)


def test_an_undone_file_leaves_the_books_balanced(session):
    send(session, FILE, "supply")
    line = line_of(session, "Cots")
    upload, _ = send(
        session, FILE.replace("40  ", "60  ") + "    Barn | Ice | 3 | pound |", "supply"
    )
    uploads.undo(session, CAROL, upload)
    assert balances(session, line) == (40, 5, 0)
    assert [kind for kind, *_ in movements(session, line)] == [
        *("adjust_up", "commit", "adjust_up", "adjust_down")
    ]
    assert ledger.check(session) == []


def test_what_was_promised_since_is_left_by_an_undo(session, cots):
    upload = session.scalars(select(Upload.id)).one()
    with pytest.raises(Refused, match="can be undone: Stella"):
        uploads.undo(session, CAROL, upload)
    assert balances(session, cots) == (40, 33, 28)


def test_a_site_that_goods_are_sent_to_is_left_by_an_undo(session):
    store = makers.stock(session, makers.supply_site(session), "Ice")
    upload, _ = send(session, FILE, "supply")
    name_actor(session, STELLA.actor)
    barn = session.scalars(select(Resource.id).where(Resource.name == "Barn")).one()
    plan = Plan(barn, [Load(Said(Decimal(3)), line_id=store)])
    shipment = shipments.prepare(session, STELLA, plan, home=HOME)
    with pytest.raises(Refused, match=f"shipment {shipment.number} and others"):
        uploads.undo(session, CAROL, upload)


def test_the_movement_of_a_dated_file_is_as_old_as_the_file(session):
    now = HOME.now().astimezone(HOME.zone)
    then = (now - timedelta(days=3)).replace(second=0, microsecond=0)
    send(session, FILE, "supply", Decisions(as_of=then))
    at = session.scalars(
        select(StockMovement.at).where(StockMovement.stock_line_id == line_of(session, "Tarps"))
    ).one()
    assert at == then


def test_a_big_file_after_a_small_one_is_not_slow(session):
    """The triggers' statements are planned for what they get: pages read tell, not seconds."""
    send(session, FILE, "supply")
    rows = "".join(f"    Barn | Thing {n} | {n + 1} | each |\n" for n in range(3_000))
    send(session, f"    site | item | qty | unit | committed\n{rows}", "supply")
    again = rows.replace("| each", "0 | each")
    before = _touched(session)
    send(session, f"    site | item | qty | unit | committed\n{again}", "supply")
    assert ledger.check(session) == []
    # one by one the 3,000 lines would be compared 9,000,000 times
    assert _touched(session) - before < 200_000


def _touched(session):
    """Rows of movements and stock lines that this transaction has read."""
    return session.scalar(
        text(
            "SELECT sum(seq_tup_read + coalesce(idx_tup_fetch, 0)) FROM pg_stat_xact_user_tables"
            " WHERE relname IN ('stock_line', 'stock_movement')"
        )
    )
