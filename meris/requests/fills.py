"""Promising stock and units to a line of a request, and who was faster.

Locks are taken in one order: the givers' sites, their stock lines, then the request's line. The
balances of the ledger cannot go below zero, so the same pallet is never promised twice.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from meris import ledger, supplies
from meris.accounts import Viewer
from meris.dispatch.assignments import assign
from meris.dispatch.terms import Terms
from meris.errors import Conflict, Forbidden, refused
from meris.fields.lists_request import LINE_STATUS
from meris.ledger import Said, Shelf
from meris.ledger.promised import too_many
from meris.requests import events, levels, sources
from meris.requests.givers import Lot
from meris.requests.read import find_line
from meris.requests.stand import stands
from meris.requests.states import FILLABLE
from meris.requests.telling import words_of
from meris.requests.weighing import Wanted
from meris.tables import Assignment, Fill, Request, RequestLine, Resource

MOST_TAKES = 20


@dataclass(frozen=True)
class Take:
    """So much of one stock line, in the line's own unit of issue."""

    stock_line_id: int
    quantity: Decimal


def commit_stock(
    session: Session,
    viewer: Viewer,
    line_id: int,
    takes: Sequence[Take],
    *,
    key: str | None = None,
    at: datetime | None = None,
    terms: Terms | None = None,
) -> list[Fill]:
    """Promise stock of one or several sites to a line: all of it or nothing.

    The same `key` again answers what the first call did. Raises `NotFound`, `Forbidden`,
    `Invalid`, or `Conflict`: who was faster, with `next`, the best source left.
    """
    wanted = _read(takes)
    line, request, site = find_line(session, viewer, line_id, lock=False)
    try:
        # who has lost lets go of the locks before looking for what is next best
        with session.begin_nested():
            return _promise(session, viewer, line_id, wanted, key, at)
    except _Lost as lost:
        refusal = lost.told
    line, request, site = find_line(session, viewer, line_id, lock=False)
    raise _with_next(session, viewer, refusal, line, request, site, terms)


class _Lost(Exception):  # noqa: N818  # what happened; `told` is what is said of it
    """Somebody else was faster."""

    def __init__(self, told: Conflict) -> None:
        super().__init__(told.message)
        self.told = told


def _promise(
    session: Session,
    viewer: Viewer,
    line_id: int,
    wanted: Sequence[Take],
    key: str | None,
    at: datetime | None,
) -> list[Fill]:
    """`commit_stock` with everything locked. Raises `_Lost` beside what `commit_stock` raises."""
    shelves = ledger.lock(session, viewer, [one.stock_line_id for one in wanted])
    line, request, _ = find_line(session, viewer, line_id)
    done = _done_before(session, viewer, line, key, [one.stock_line_id for one in wanted])
    if done:
        return done
    _require_fillable(line)
    for shelf in shelves.values():
        _require_giver(viewer, request, shelf)
    lost = _lost(session, viewer, line, wanted, shelves)
    if lost is not None:
        raise _Lost(lost)
    fills = []
    for one in wanted:
        said = Said(one.quantity, at=at, key=_key(key, one.stock_line_id))
        fill = ledger.promise(
            session,
            viewer,
            one.stock_line_id,
            said,
            request_line_id=line.id,
            made_at=said.when(),
        )
        _tell(session, viewer, line, shelves[one.stock_line_id], fill, at)
        fills.append(fill)
    session.refresh(line)
    return fills


def send_units(
    session: Session,
    viewer: Viewer,
    line_id: int,
    unit_ids: Sequence[int],
    *,
    key: str | None = None,
    at: datetime | None = None,
    terms: Terms | None = None,
) -> list[Fill]:
    """Send units to the incident of the request, each a part of the line, by `meris.dispatch`.

    Raises as `dispatch.assign` does, and `Invalid` where the request names no incident.
    """
    line, request, _ = find_line(session, viewer, line_id, lock=False)
    if request.incident_id is None:
        raise refused("incident", f"Say first which incident {request.number} is for.")
    held = assign(
        session,
        viewer,
        request.incident_id,
        unit_ids,
        at=at,
        task=f"{request.number}: {words_of(line)}"[:200],
        key=f"{key}:unit" if key else None,
        terms=terms,
    )
    line, request, _ = find_line(session, viewer, line_id)
    done = _done_before(session, viewer, line, key, [one.resource_id for one in held])
    if done:
        return done
    _require_fillable(line)
    return [_unit_fill(session, viewer, line, one, key) for one in held]


def _read(takes: Sequence[Take]) -> list[Take]:
    if not 0 < len(takes) <= MOST_TAKES:
        raise refused("takes", f"Name 1 to {MOST_TAKES} stock lines to take from.")
    if len({one.stock_line_id for one in takes}) < len(takes):
        raise refused("takes", "Name each stock line once, with all that is taken of it.")
    return sorted(takes, key=lambda one: one.stock_line_id)


def _done_before(
    session: Session, viewer: Viewer, line: RequestLine, key: str | None, ids: Sequence[int]
) -> list[Fill]:
    """What the same call did when it came before; nothing when it is new."""
    if key is None:
        return []
    keys = [_key(key, one) for one in ids]
    known = session.scalars(select(Fill).where(Fill.client_key.in_(keys)).order_by(Fill.id)).all()
    if not known:
        return []
    same = all((one.request_line_id, one.made_by) == (line.id, viewer.name) for one in known)
    if len(known) < len(ids) or not same:
        raise refused("key", "This key was sent before with something else. Make a new one.")
    return list(known)


def _key(key: str | None, giver: int) -> str | None:
    return None if key is None else f"{key}:{giver}"


def _require_fillable(line: RequestLine) -> None:
    if line.status in FILLABLE:
        return
    state = LINE_STATUS[line.status].title.lower()
    if line.status in ("draft", "submitted"):
        raise refused("to", f"It is {state} and not approved yet. Approve it first.")
    raise Conflict(
        f"It is {state}: nothing is promised for it any more.",
        current={"status": line.status, "version": line.version},
    )


def _require_giver(viewer: Viewer, request: Request, shelf: Shelf) -> None:
    site = shelf.site
    if site.id == request.deliver_to_id:
        raise refused("takes", f"{site.name} is where it goes. It has that already.")
    if not levels.keeps_site(viewer, site.kind, site.agency_id):
        raise Forbidden(
            f"{viewer.name} may not promise the stock of {site.name}. It belongs to"
            f" {site.agency.name}: ask them to commit it."
        )
    if not levels.reaches(viewer, request, site.agency.kind):
        raise Forbidden(
            f"{site.name} belongs to the state. {request.number} has to go to the state first, and"
            " the state's logistics commit it."
        )


def _lost(
    session: Session,
    viewer: Viewer,
    line: RequestLine,
    takes: Sequence[Take],
    shelves: dict[int, Shelf],
) -> Conflict | None:
    """Why it is too late for this; None when it is not. Raises `Invalid` for too much."""
    stand = stands(session, [line.id])[line.id]
    if stand.missing <= 0:
        by = _newest(session, Fill.request_line_id == line.id)
        said = f"{by.made_by} was faster: nothing" if by else "Nothing"
        return Conflict(f"{said} of {words_of(line)} is missing any more.")
    _require_not_more(line, stand.missing, takes, shelves)
    for one in takes:
        stock = shelves[one.stock_line_id].line
        if one.quantity > stock.quantity_on_hand - stock.quantity_committed:
            return _told(session, viewer, shelves[one.stock_line_id])
    return None


def _require_not_more(
    line: RequestLine, missing: Decimal, takes: Sequence[Take], shelves: dict[int, Shelf]
) -> None:
    """Packs are taken whole, so that it may be a little more; but no pack too many."""
    wanted = Wanted(line.item_code, line.unit_of_issue, missing, line.status_at, None, 1.0)
    counts, smallest = Fraction(0), None
    for one in takes:
        stock = shelves[one.stock_line_id].line
        if (stock.item_code, line.item_code) != (line.item_code, stock.item_code) or (
            line.item_code is None and stock.item_name.lower() != line.item_name.lower()
        ):
            raise refused("takes", f"{stock.item_name} is not what the line asks for.")
        per = wanted.per(_lot(stock))
        if per is None:
            raise refused(
                "takes",
                f"How much of what is asked for one {stock.unit_of_issue} of {stock.item_name} is,"
                " is not known.",
            )
        counts += Fraction(one.quantity) * per
        step = per * min(Fraction(1), Fraction(one.quantity))
        smallest = step if smallest is None else min(smallest, step)
    if counts - (smallest or 0) >= Fraction(missing):
        said = supplies.amount(missing, line.unit_of_issue)
        raise refused("takes", f"Only {said} of it {'is' if missing == 1 else 'are'} missing.")


def _lot(stock: Any) -> Lot:
    return Lot(
        stock.id,
        stock.unit_of_issue,
        stock.quantity_on_hand,
        stock.quantity_on_hand - stock.quantity_committed,
        stock.par_level,
        stock.units_per_pack,
        stock.lot,
        stock.expires_on,
        usable=True,
    )


def _told(session: Session, viewer: Viewer, shelf: Shelf) -> Conflict:
    """Who has it instead, as far as the viewer may know."""
    refusal = too_many(session, viewer, shelf.line)
    by = _newest(session, Fill.stock_line_id == shelf.line.id)
    faster = f"{by.made_by} was faster. " if by and by.made_by != viewer.name else ""
    return Conflict(f"{shelf.site.name}: {faster}{refusal.message}", **refusal.details)


def _newest(session: Session, whose: Any) -> Fill | None:
    return session.scalar(select(Fill).where(whose).order_by(Fill.id.desc()).limit(1))


def _with_next(
    session: Session,
    viewer: Viewer,
    lost: Conflict,
    line: RequestLine,
    request: Request,
    site: Resource | None,
    terms: Terms | None,
) -> Conflict:
    """With the best that is left."""
    left = sources.of_line(session, viewer, line, request, site, terms or Terms())
    best = left["best"]
    said = f" Next best: {best['words'][:1].lower()}{best['words'][1:]}." if best else ""
    if not best and left["missing"]:
        said = " Nobody else has any to give."
    current = {"id": line.id, "status": line.status, "version": line.version}
    return Conflict(f"{lost.message}{said}", **lost.details, next=best, current=current)


def _tell(
    session: Session,
    viewer: Viewer,
    line: RequestLine,
    shelf: Shelf,
    fill: Fill,
    at: datetime | None,
) -> None:
    said = supplies.amount(fill.quantity_committed, fill.unit_of_issue)
    events.add(
        session,
        viewer,
        line.request_id,
        f"{said} committed from {shelf.site.name}.",
        kind="fill",
        line_id=line.id,
        at=at,
        resource_id=shelf.site.id,
    )


def _unit_fill(
    session: Session, viewer: Viewer, line: RequestLine, held: Assignment, key: str | None
) -> Fill:
    row = {
        "request_line_id": line.id,
        "unit_id": held.resource_id,
        "assignment_id": held.id,
        "unit_of_issue": "EA",
        "quantity_committed": 1,
        "expected_at": held.eta_at,
        "made_by": viewer.name,
        "made_at": held.status_at,
        "client_key": _key(key, held.resource_id),
    }
    fill = session.scalars(insert(Fill).values(row).returning(Fill)).one()
    unit = session.get_one(Resource, held.resource_id)
    events.add(
        session,
        viewer,
        line.request_id,
        f"{unit.name} sent.",
        kind="fill",
        line_id=line.id,
        at=held.status_at,
        resource_id=unit.id,
    )
    return fill
