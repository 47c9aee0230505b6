"""Undo: putting back what an upload changed, wherever nothing newer touched it."""

import pytest
from sqlalchemy import func, select, text

from meris import resources, uploads
from meris.accounts import Viewer
from meris.errors import Conflict
from meris.fields import Home
from meris.tables import Resource, Shelter, StockLine, Upload
from tests.rules.sending import CAROL, FIXTURES, THREE, send, shelter


def test_what_was_made_goes_and_what_was_changed_returns(session):
    send(session, THREE)
    before = shelter(session, "A-1").position
    upload_id, _ = send(
        session,
        """
        external_id | name      | status | latitude | longitude | evacuation_capacity
        A-1         | North Gym | full   | 38.90000 | -92.20000 | 250
        A-9         | New Barn  | open   | 38.90000 | -92.10000 | 50
        """,
    )
    undone = uploads.undo(session, CAROL, upload_id)
    session.expire_all()
    assert (undone.removed, undone.restored, undone.left) == (1, 1, ())
    north = shelter(session, "A-1")
    assert (north.status, north.position) == ("open", before)
    assert session.get(Shelter, north.id).evacuation_capacity == 200
    gone = select(func.count()).where(Resource.external_id == "A-9")
    assert session.scalar(gone) == 0
    assert session.get(Upload, upload_id).state == "undone"


def test_what_somebody_changed_since_is_left_and_named(session):
    upload_id, _ = send(session, THREE)
    north = shelter(session, "A-1")
    dana = Viewer("Dana", None, None, None, frozenset({"dispatcher"}))
    session.execute(
        text("SELECT set_config('meris.name', 'Dana', true), set_config('meris.upload', '', true)")
    )
    resources.change(
        session,
        dana,
        north.id,
        version=north.version,
        values={"status": "full"},
        home=Home.of(),
    )
    undone = uploads.undo(session, CAROL, upload_id)
    session.expire_all()
    assert undone.removed == 2
    assert [(left.name, left.touched_by) for left in undone.left] == [("North Gym", "Dana")]
    assert shelter(session, "A-1").status == "full"


def test_stock_lines_return_too(session):
    content = (FIXTURES / "supplies_good.csv").read_bytes()
    send(session, content, "supply")
    lines = select(StockLine.item_name, StockLine.quantity_on_hand).order_by(StockLine.id)
    before = session.execute(lines).all()
    changed = content.replace(b"Water,480,48", b"Water,470,48") + (
        b"Pettis County Cache,,,,Shovels,Tools,9,,each,,,,,,,,,,,,,,\r\n"
    )
    upload_id, done = send(session, changed, "supply")
    assert (done.outcome.lines_new, done.outcome.lines_changed) == (1, 1)
    uploads.undo(session, CAROL, upload_id)
    assert session.execute(lines).all() == before


def test_an_undo_happens_once(session):
    upload_id, _ = send(session, THREE)
    uploads.undo(session, CAROL, upload_id)
    with pytest.raises(Conflict, match="is undone, so there is nothing to undo"):
        uploads.undo(session, CAROL, upload_id)
