"""What a form or a program says about stock, read once for the pages and for the API."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy.orm import Session

from meris import ledger
from meris.accounts import Viewer
from meris.errors import Invalid, NotFound, refused
from meris.fields import find_item
from meris.fields.amounts import Quantity
from meris.fields.lists_supply import CONDITION
from meris.fields.times import Date, Moment, happened
from meris.incidents.typed import key_of, number_of
from meris.supplies import keeper
from meris.tables import StockMovement
from meris.web.context import context

_PACK = Quantity(most=1_000_000)


def today() -> date:
    """The state's."""
    return context().home.today()


def said_of(given: Mapping[str, Any], source: str) -> ledger.Said:
    """quantity, unit, reason, at and client_key. Raises `Invalid`."""
    home = context().home
    return ledger.read(
        given,
        home,
        at=happened(given.get("at"), home),
        source=source,
        key=key_of(given.get("client_key")),
    )


def why_of(given: Mapping[str, Any], source: str) -> ledger.Said:
    """The same without a quantity: why something is taken back, and when."""
    return said_of({**given, "quantity": "1", "unit": None}, source)


def lot_of(given: Mapping[str, Any]) -> ledger.Lot:
    """Which goods: item (code or name), unit, lot, expires_on, units_per_pack, condition."""
    home = context().home
    name = " ".join(str(given.get("item") or "").split())
    if not name or len(name) > 200 or not name.isprintable():
        raise refused("item", "Which item? Give its code or its name.")
    item = find_item(name, name)
    unit = ledger.read_unit(given.get("unit")) or (item.base_unit if item else "EA")
    condition = CONDITION.find(str(given.get("condition") or "serviceable"))
    if condition is None:
        raise refused("condition", f"Use one of: {', '.join(CONDITION.offered())}.")
    lot = " ".join(str(given.get("lot") or "").split()) or None
    if lot and (len(lot) > 60 or not lot.isprintable()):
        raise refused("lot", "A lot is at most 60 letters.")
    return ledger.Lot(
        item_name=item.title if item else name,
        unit_of_issue=unit,
        lot=lot,
        expires_on=_read("expires_on", Date(future=True), given.get("expires_on"), home),
        units_per_pack=_read("units_per_pack", _PACK, given.get("units_per_pack"), home),
        condition=condition.code,
    )


def moment_of(given: Mapping[str, Any], field: str) -> Any:
    """A time that may lie ahead, such as when something is expected. Raises `Invalid`."""
    return _read(field, Moment(future=True), given.get(field), context().home)


def count_of(given: object, field: str) -> Decimal:
    """A number from zero on; nothing is zero. Raises `Invalid`."""
    value = _read(field, Quantity(most=1_000_000_000), given, context().home)
    return Decimal(value or 0)


def words_of(given: Mapping[str, Any], field: str, most: int = 200) -> str | None:
    """A few words; None for nothing. Raises `Invalid`."""
    text = given.get(field)
    if text is not None and not isinstance(text, str):
        raise refused(field, f'"{field}" is to be text.')
    text = " ".join((text or "").split())
    if len(text) > most or not text.isprintable():
        raise refused(field, f"At most {most} letters.")
    return text or None


def move(
    session: Session, viewer: Viewer, site_id: int, given: Mapping[str, Any], source: str
) -> StockMovement:
    """Make the movement that is asked for at a site: of a `line`, or received goods by `item`.

    Raises `NotFound`, `Forbidden`, `Invalid`, `Conflict`.
    """
    keeper(session, viewer, site_id)
    kind, line_id = str(given.get("kind") or ""), number_of(given.get("line"), "line")
    if kind not in ledger.BY_NAME:
        raise refused("kind", f"What is to be done? Use one of: {', '.join(ledger.BY_NAME)}.")
    said = said_of(given, source)
    if line_id is None:
        if kind != "receive":
            raise refused("line", "Which stock? Give the id of a stock line.")
        return ledger.receive_lot(session, viewer, site_id, lot_of(given), said)
    if ledger.find(session, viewer, line_id).site.id != site_id:
        raise NotFound("There is no such stock, or you may not see it.")
    return ledger.BY_NAME[kind](session, viewer, line_id, said)


def _read(field: str, rule: Any, given: object, home: Any) -> Any:
    try:
        return rule.read(given, home)
    except Invalid as problem:
        raise refused(field, problem.message) from problem
