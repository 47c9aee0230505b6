"""The map as columns: everything a policy may see, at one cursor (design.md §3).

The format is described in docs/architecture.md and read by static/js/data/columns.js.
"""

import gzip
import hashlib
import json
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Self, TypeVar

import brotli
from sqlalchemy import BigInteger, ColumnElement, Row, Select, and_, case, cast, func, select
from sqlalchemy.orm import Session

from meris import age_limits, changes
from meris.accounts import Policy
from meris.changes import Cursor, Touched
from meris.db import Database, beyond
from meris.tables import Agency, Resource, StatusCode, UnitPosition

#: Minutes are counted from here so that the numbers are short.
EPOCH_2020 = 1_577_836_800
#: A finished map serves this long though units have moved since: with a thousand under way it
#: would otherwise be made anew for everybody who asks.
_POSITIONS_MAY_LAG_SECONDS = 10.0

_APPROXIMATE, _RESTRICTED, _CONFIDENTIAL, _LIVE = 1, 2, 4, 8
#: Of the map query, in its order.
_COLUMNS = (
    "id",
    "kind",
    "status",
    "type",
    "agency_id",
    "county_fips",
    "lat",
    "lon",
    "flags",
    "stale_at",
)

Columns = dict[str, Any]
Item = TypeVar("Item")


@dataclass(frozen=True)
class Moved:
    """What changed for one policy: resources to replace, and ids it may no longer know."""

    rows: Sequence[Row[Any]]
    gone: list[int]


def whole(session: Session, policy: Policy) -> Columns:
    """The whole map for `policy`, with the cursor it is true at. Call inside `reading`."""
    here = changes.now(session)
    rows = session.execute(_map_query(policy)).all()
    return {"cursor": str(here), "full": True, **encode(rows, _agency_names(session))}


def since(session: Session, policy: Policy, given: str, *, most: int = 20_000) -> Columns:
    """What changed on the map since the cursor, or the whole map where that says it better.

    A cursor from elsewhere is answered with everything.
    """
    here = changes.now(session)
    try:
        cursor = Cursor.parse(given)
        changes.check(cursor, here)
    except changes.CursorElsewhere:
        return whole(session, policy)
    with beyond(session):  # what is gone from the viewer's map is not the viewer's to see
        news = changes.news(session, cursor, here, most=most)
    if news.overflow or news.whole_map:
        return whole(session, policy)
    moved = changed(session, policy, news.touched)
    return {"cursor": str(here), "full": False, **delta(session, moved)}


def delta(session: Session, moved: Moved) -> Columns:
    """Columns of changed resources and the ids that are gone."""
    names = _agency_names(session, {row.agency_id for row in moved.rows})
    return {**encode(moved.rows, names), "gone": moved.gone}


def changed(session: Session, policy: Policy, touched: Sequence[Touched]) -> Moved:
    """Of the touched resources, those the policy sees now, and those it saw and no longer may."""
    ids = [item.id for item in touched]
    rows = session.execute(_map_query(policy, ids)).all() if ids else []
    seen = {row.id for row in rows}
    missing = [item for item in touched if item.id not in seen and item.before is not None]
    return Moved(rows, _gone(session, policy, missing))


def _gone(session: Session, policy: Policy, missing: Iterable[Touched]) -> list[int]:
    """The ids of those that the policy admitted at the cursor; the others were never known."""
    before = {item.id: item.before or {} for item in missing}
    if not before:
        return []
    current = select(Resource.id, Resource.kind, Resource.sensitivity, Resource.agency_id).where(
        Resource.id.in_(before)
    )
    with beyond(session):
        for row in session.execute(current).mappings():
            before[row["id"]] = {**row, **before[row["id"]]}
    return sorted(
        i
        for i, was in before.items()
        # without all three the row was neither there then nor is it now
        if {"kind", "sensitivity", "agency_id"} <= was.keys()
        and policy.admits(
            kind=was["kind"], sensitivity=was["sensitivity"], agency_id=was["agency_id"]
        )
    )


def encode(rows: Sequence[Row[Any]], agencies: dict[int, str]) -> Columns:
    """Rows of the map query, in its order, as columns; those without a place come last in it."""
    looks: dict[tuple[str, str, str | None], int] = {}
    counties: dict[str, int] = {}
    used: dict[int, int] = {}
    by_column = list(zip(*rows, strict=True)) or [()] * len(_COLUMNS)
    column = dict(zip(_COLUMNS, by_column, strict=True))
    lats = [lat for lat in column["lat"] if lat is not None]
    looked = zip(column["kind"], column["status"], column["type"], strict=True)
    columns: Columns = {
        "located": len(lats),
        "id": _differences(column["id"]),
        "lat": _differences(lats),
        "lon": _differences(column["lon"][: len(lats)]),
        "look": [_index(looks, look) for look in looked],
        "county": [-1 if c is None else _index(counties, c) for c in column["county_fips"]],
        "agency": [_index(used, agency) for agency in column["agency_id"]],
        "flags": column["flags"],
        **_stale_column(column["stale_at"]),
    }
    return {
        "looks": list(looks),
        "counties": list(counties),
        "agencies": [(i, agencies[i]) for i in used],
        **columns,
    }


def _stale_column(minutes: Sequence[int | None]) -> Columns:
    """When each turns stale, in minutes from `stale_base`, coarser the farther away; None: never
    confirmed.

    Exact minutes are a third of the whole map. Rounded down, so that nothing passes for fresh too
    long; near the present the steps are a minute, and a page loads the map anew every few hours.
    """
    base = (int(time.time()) - EPOCH_2020) // 60
    coarse = {m: _coarse(m - base) for m in set(minutes) if m is not None}
    return {"stale_base": base, "stale_at": [None if m is None else coarse[m] for m in minutes]}


def _coarse(minutes: int) -> int:
    step = next(step for below, step in _STEPS if abs(minutes) < below)
    return minutes // step * step


_HOUR, _DAY, _WEEK = 60, 1_440, 10_080
_STEPS = (
    (_HOUR, 1),
    (10 * _HOUR, 10),
    (2 * _DAY, _HOUR),
    (_WEEK, _DAY),
    (6 * _WEEK, _WEEK),
    (float("inf"), 4 * _WEEK),
)


def _index(known: dict[Item, int], item: Item) -> int:
    return known.setdefault(item, len(known))


def _differences(numbers: Sequence[int]) -> list[int]:
    return [n - before for n, before in zip(numbers, (0, *numbers), strict=False)]


def _agency_names(session: Session, ids: Collection[int] | None = None) -> dict[int, str]:
    statement = select(Agency.id, Agency.name)
    if ids is not None:
        statement = statement.where(Agency.id.in_(ids))
    return {row.id: row.name for row in session.execute(statement)}


def _map_query(policy: Policy, ids: Collection[int] | None = None) -> Select[Any]:
    """One row a resource: integers only, as the columns want them."""
    live = is_live()
    position = case((live, UnitPosition.position), else_=Resource.position)
    statement = (
        select(
            Resource.id,
            Resource.kind,
            Resource.status,
            Resource.type,
            Resource.agency_id,
            Resource.county_fips,
            _hundred_thousandths(func.ST_Y(position)).label("lat"),
            _hundred_thousandths(func.ST_X(position)).label("lon"),
            _flags(live).label("flags"),
            stale_minute(live).label("stale_at"),
        )
        .join(StatusCode, OF_STATUS)
        .outerjoin(UnitPosition, UnitPosition.resource_id == Resource.id)
        .where(policy.condition())
        # geometry sorts along a Hilbert curve: neighbors share their first digits, which gzip likes
        .order_by(position, Resource.id)
    )
    return statement if ids is None else statement.where(Resource.id.in_(ids))


#: How a resource finds its status's age limit.
OF_STATUS = and_(StatusCode.kind == Resource.kind, StatusCode.code == Resource.status)


def is_live(recorded_at: ColumnElement[Any] | None = None) -> ColumnElement[bool]:
    """Whether a device's position is the newest; for queries with `UnitPosition` beside.

    `recorded_at` stands for `Resource.position_at` where that has another name.
    """
    at = Resource.position_at.expression if recorded_at is None else recorded_at
    return and_(UnitPosition.resource_id.is_not(None), at.is_(None) | (UnitPosition.at >= at))


def _hundred_thousandths(degrees: Any) -> Any:
    return cast(func.round(degrees * 100_000), BigInteger)


def _flags(live: Any) -> Any:
    return (
        case((Resource.position_radius_m.is_not(None) & ~live, _APPROXIMATE), else_=0)
        + case(
            (Resource.sensitivity == "restricted", _RESTRICTED),
            (Resource.sensitivity == "confidential", _CONFIDENTIAL),
            else_=0,
        )
        + case((live, _LIVE), else_=0)
    )


def stale_minute(live: ColumnElement[bool]) -> ColumnElement[int | None]:
    """Minute, counted from 2020, after which the row is not to be believed; NULL: never was.

    For queries that join `StatusCode` and, where there is one, `UnitPosition`. What its agency's
    file no longer lists is not believed from then on.
    """
    confirmed = _minute(Resource.confirmed_at)
    by_status = confirmed + age_limits.confirmed_minutes()
    by_position = case((live, _minute(UnitPosition.at) + StatusCode.position_limit_minutes))
    # least() passes over what is NULL
    return cast(func.least(by_status, by_position, _minute(Resource.unreported_at)), BigInteger)


def _minute(moment: Any) -> Any:
    # floor, as a cast rounds: what was told half a second before a minute belongs to the one before
    return cast(func.floor((func.extract("epoch", moment) - EPOCH_2020) / 60), BigInteger)


def is_stale(live: ColumnElement[bool]) -> ColumnElement[bool]:
    """Whether the row is not to be believed at this moment."""
    return func.coalesce(stale_minute(live) <= _minute(func.now()), True)


@dataclass(frozen=True)
class Entry:
    """A finished answer: its JSON in each encoding it was asked for, and its ETag."""

    etag: str
    plain: bytes
    cursor: Cursor | None = None
    made_at: float = field(default_factory=time.monotonic)
    _encoded: dict[str, bytes] = field(default_factory=dict)

    @classmethod
    def of(cls, columns: Columns, *, policy_key: str = "", cursor: Cursor | None = None) -> Self:
        """The columns as JSON. The ETag names the cursor and the policy, so it leaks nothing."""
        plain = json.dumps(columns, separators=(",", ":")).encode()
        etag = hashlib.sha256(f"{columns['cursor']} {policy_key}".encode()).hexdigest()[:24]
        return cls(etag, plain, cursor)

    def body(self, encoding: str | None) -> bytes:
        """The JSON, compressed as `br` or `gzip`; each is made once."""
        if encoding is None:
            return self.plain
        if encoding not in self._encoded:
            self._encoded[encoding] = _ENCODERS[encoding](self.plain)
        return self._encoded[encoding]


_ENCODERS: dict[str, Callable[[bytes], bytes]] = {
    "br": lambda plain: brotli.compress(plain, quality=5),
    "gzip": lambda plain: gzip.compress(plain, 6, mtime=0),
}


class Cache:
    """The newest whole map of each policy; one thread makes it while the others wait for it."""

    def __init__(self) -> None:
        self._entries: dict[str, Entry] = {}
        self._locks: dict[str, threading.Lock] = defaultdict(threading.Lock)

    def current(self, database: Database, policy: Policy) -> Entry:
        """The whole map for `policy`, made anew only when something on it has changed."""
        seen = database.as_seen_by(policy.sight)
        with self._locks[policy.key], seen.reading() as session:
            known = self._entries.get(policy.key)
            here = changes.now(session)
            if known and known.cursor and _unchanged(session, known, here):
                return known
            columns = whole(session, policy) | {"now": int(time.time())}
            entry = Entry.of(columns, policy_key=policy.key, cursor=here)
            self._entries[policy.key] = entry
            return entry


def _unchanged(session: Session, known: Entry, here: Cursor) -> bool:
    """Whether an entry still serves. Units that moved may be a moment behind: the feed, which
    starts at the entry's cursor, tells where they are."""
    cursor = known.cursor
    if cursor is None or not cursor.within(here) or not changes.quiet(session, cursor, here):
        return False
    recent = time.monotonic() - known.made_at < _POSITIONS_MAY_LAG_SECONDS
    return recent or not changes.anything_moved(session, cursor, here)
