"""Stock lines with the sites they stand at: finding and locking them, and who may move what."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import NamedTuple

from psycopg2 import errorcodes
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError, OperationalError
from sqlalchemy.orm import Session

from meris.accounts import Viewer
from meris.errors import Conflict, Forbidden, Invalid, NotFound
from meris.tables import Fill, RequestLine, Resource, StockLine

#: The kinds of resource that keep stock.
KINDS = ("supply_site", "shelter")

_NOTHING = "There is no such stock, or you may not see it."
_BUSY = (errorcodes.LOCK_NOT_AVAILABLE, errorcodes.DEADLOCK_DETECTED)
_WAITED = (
    "Somebody is moving this stock right now, perhaps a whole file of it. Nothing was done. Try"
    " again in a moment."
)
_MEANWHILE = "Somebody moved this stock at the same moment. Nothing was done. Look, then try again."
_TOO_MANY = "Less than that is on hand and free. Look at what was moved since."
#: What a rule of the database says in words, where no check before it could know.
_WORDS = {
    "ck_stock_line_on_hand": _TOO_MANY,
    "ck_stock_line_committed": _TOO_MANY,
    "ck_stock_line_promised": "That is promised to a request or a shipment. Release it there.",
    "ck_fill_not_negative": "That is more than was promised or sent.",
    "ck_shipment_line_not_negative": "That is more than the shipment carries.",
    "uq_stock_movement_reverses_id": "This movement was reversed already.",
    "stock_movement_fit": "That does not fit what was promised or sent.",
    "stock_movement_keep": "A movement is never changed. Reverse it.",
    "ledger_only": "Only a movement of stock changes that.",
}


class Shelf(NamedTuple):
    """A stock line and the site it stands at."""

    line: StockLine
    site: Resource


def find(session: Session, viewer: Viewer, line_id: int) -> Shelf:
    """A stock line as it is now. Raises `NotFound`, the same for one at a hidden site."""
    statement = (
        select(StockLine, Resource)
        .join(Resource, Resource.id == StockLine.resource_id)
        .where(StockLine.id == line_id, viewer.policy.condition())
    )
    row = session.execute(statement).one_or_none()
    if row is None:
        raise NotFound(_NOTHING)
    return Shelf(*row)


def lock(session: Session, viewer: Viewer, line_ids: Iterable[int]) -> dict[int, Shelf]:
    """The stock lines by id, with nobody else moving them until the transaction ends.

    Whoever moves several lines in one transaction locks all of them here before the first. Raises
    `NotFound` when one is missing or at a hidden site.
    """
    wanted = set(line_ids)
    seen = (
        select(StockLine.id)
        .join(Resource, Resource.id == StockLine.resource_id)
        .where(StockLine.id.in_(wanted), viewer.policy.condition())
    )
    if wanted - set(session.scalars(seen)):
        raise NotFound(_NOTHING)
    return hold(session, wanted)


def hold(
    session: Session, line_ids: Iterable[int], site_ids: Iterable[int] = ()
) -> dict[int, Shelf]:
    """`lock` for what no viewer has to see, with further sites.

    First the sites, then the lines, each in the order of ids, as an upload takes them: two that
    want the same never wait for one another, and who holds a site is alone with all its lines.
    """
    wanted = sorted(set(line_ids))
    lines = select(StockLine).where(StockLine.id.in_(wanted))
    at = set(session.scalars(lines.with_only_columns(StockLine.resource_id)))
    sites = _hold_sites(session, at.union(site_ids))
    locked = lines.order_by(StockLine.id).with_for_update(key_share=True)
    with in_turn():
        found = session.scalars(locked.execution_options(populate_existing=True)).all()
    if len(found) < len(wanted):
        raise NotFound(_NOTHING)
    return {line.id: Shelf(line, sites[line.resource_id]) for line in found}


def hold_requests(session: Session, fill_ids: Iterable[int]) -> None:
    """The lines of requests that fills are for, before their stock: what fills them moves them."""
    of = select(Fill.request_line_id).where(Fill.id.in_(list(fill_ids)))
    wanted = select(RequestLine.id).where(RequestLine.id.in_(of)).order_by(RequestLine.id)
    with in_turn():
        session.execute(wanted.with_for_update(key_share=True))


def _hold_sites(session: Session, ids: Iterable[int]) -> dict[int, Resource]:
    statement = (
        select(Resource)
        .where(Resource.id.in_(sorted(set(ids))))
        .order_by(Resource.id)
        .with_for_update(of=Resource, key_share=True)
        .execution_options(populate_existing=True)
    )
    with in_turn():
        return {site.id: site for site in session.scalars(statement)}


def lock_site(session: Session, viewer: Viewer, site_id: int) -> Resource:
    """One site that keeps stock, locked. Raises `NotFound`, `Invalid` for a unit."""
    site = find_site(session, viewer, site_id)
    _hold_sites(session, [site_id])
    return site


def find_site(session: Session, viewer: Viewer, site_id: int) -> Resource:
    """One site that keeps stock. Raises `NotFound`, `Invalid` for a unit."""
    statement = select(Resource).where(Resource.id == site_id, viewer.policy.condition())
    site = session.scalar(statement)
    if site is None:
        raise NotFound("There is no such site, or you may not see it.")
    if site.kind not in KINDS:
        raise Invalid(f"{site.name} is a unit, and keeps no stock.", field="site")
    return site


def keeps(viewer: Viewer, site: Resource) -> bool:
    """Whether the viewer may make any movement of the site's stock."""
    return viewer.editable(kind=site.kind, agency_id=site.agency_id) is None


def handles(viewer: Viewer, site: Resource) -> bool:
    """Whether the viewer may hand out, take back, take in and count there: who keeps the site,
    and who reports for a shelter."""
    granted = viewer.editable(kind=site.kind, agency_id=site.agency_id)
    return granted is None or (site.kind == "shelter" and bool(granted))


def require_keeper(viewer: Viewer, site: Resource) -> None:
    """Raise `Forbidden` unless the viewer keeps the site's stock."""
    if not keeps(viewer, site):
        raise _forbidden(viewer, site)


def require_hands(viewer: Viewer, site: Resource) -> None:
    """Raise `Forbidden` unless the viewer may hand out and count there."""
    if not handles(viewer, site):
        raise _forbidden(viewer, site)


def require_staff(viewer: Viewer) -> None:
    """Raise `Forbidden` unless the viewer may read the books."""
    viewer.require("see_staff", "read the movements of stock")


def _forbidden(viewer: Viewer, site: Resource) -> Forbidden:
    return Forbidden(
        f"{viewer.name} may not move the stock of {site.name}. It belongs to {site.agency.name}."
    )


@contextmanager
def guarded(session: Session) -> Iterator[None]:
    """Everything in the block or nothing; what the database refuses is said in words.

    Raises `Conflict` where one of its rules is broken or the locks are not to be had.
    """
    try:
        with session.begin_nested():
            yield
    except IntegrityError as problem:
        raise Conflict(_words(problem)) from problem
    except OperationalError as problem:
        raise _busy(problem) from problem


@contextmanager
def in_turn() -> Iterator[None]:
    """For statements that wait for others. Raises `Conflict` where that takes too long."""
    try:
        yield
    except OperationalError as problem:
        raise _busy(problem) from problem


def _busy(problem: OperationalError) -> Exception:
    return Conflict(_WAITED) if getattr(problem.orig, "pgcode", None) in _BUSY else problem


def _words(problem: IntegrityError) -> str:
    diagnosed = getattr(problem.orig, "diag", None)
    return _WORDS.get(getattr(diagnosed, "constraint_name", None) or "", _MEANWHILE)
