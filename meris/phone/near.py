"""What is near: open shelters with beds free, and supply sites with what they have.

Unknown stays unknown: a shelter that has not counted is listed as one whose beds nobody knows.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session

from geo.columns import position_of
from geo.grid import to_usng
from geo.queries import near
from geo.values import NotAPlace, Position
from meris import age_limits, fields, shelters, supplies
from meris.accounts import Viewer
from meris.fields import Home
from meris.language import N_, _
from meris.phone import words
from meris.tables import Agency, Resource, Shelter, StatusCode

MOST = 100
#: The statuses in which somebody who comes is let in or gets something.
_OPEN = {"shelter": ("open",), "supply_site": ("open", "standby", "unknown")}
_ITEMS = 6
_POINTS = (
    *(N_("N"), N_("NE"), N_("E"), N_("SE")),
    *(N_("S"), N_("SW"), N_("W"), N_("NW")),
)


@dataclass(frozen=True)
class Near:
    """A site as somebody on the way reads it: figures with their age, None where unknown.

    `distance_m` is in a straight line. `free` is never 0: a full shelter is not listed. `promised`
    places are not among the free ones.
    """

    id: int
    kind: str
    name: str
    status: str
    status_title: str
    type_title: str | None
    lat: float
    lon: float
    usng: str | None
    address: str | None
    distance_m: int
    bearing_deg: int
    direction: str
    phone: str | None
    agency: str
    people: int | None
    places: int | None
    free: int | None
    promised: shelters.Promised
    pets: str | None
    wheelchair: bool | None
    power: str | None
    stock: tuple[str, ...]
    more_items: int
    figures_at: datetime | None
    stale: bool
    approximate: bool

    def told(self) -> dict[str, Any]:
        """The same for JSON."""
        at = self.figures_at
        moment = at.isoformat() if at else None
        return asdict(self) | {"figures_at": moment, "promised": self.promised.told()}


def sites(
    session: Session,
    viewer: Viewer,
    position: Position,
    *,
    kinds: Sequence[str] = ("shelter", "supply_site"),
    most: int = 30,
    home: Home | None = None,
) -> list[Near]:
    """The nearest sites that the viewer may know of, the nearest first, kinds mixed; stock that is
    past its last day by `home`'s clocks does not count."""
    distances = _nearest(session, viewer, position, kinds, min(most, MOST))
    rows = session.execute(
        select(
            Resource,
            Shelter,
            Agency,
            age_limits.confirmed_minutes().label("age_limit_minutes"),
            StatusCode.people_limit_minutes,
            shelters.places_free().label("free"),
        )
        .join(Agency, Agency.id == Resource.agency_id)
        .join(
            StatusCode,
            (StatusCode.kind == Resource.kind) & (StatusCode.code == Resource.status),
        )
        .outerjoin(Shelter, Shelter.resource_id == Resource.id)
        .where(Resource.id.in_(distances))
    )
    stock = supplies.brief_stock(session, list(distances), today=(home or Home.of()).today())
    promised = shelters.promised(session, list(distances))
    found = [_site(row, position, distances, stock, promised, viewer) for row in rows]
    return sorted(found, key=lambda one: (one.distance_m, one.id))


def _nearest(
    session: Session, viewer: Viewer, position: Position, kinds: Iterable[str], most: int
) -> dict[int, float]:
    """Ids with their meters: the nearest of each kind and status by the index, then of them all."""
    found: list[tuple[float, int]] = []
    for kind in kinds:
        for status in _OPEN[kind]:
            statement = _walk(viewer, position, kind, status).limit(most)
            found += [(row.meters, row.id) for row in session.execute(statement)]
    return {found_id: meters for meters, found_id in sorted(found)[:most]}


def _walk(viewer: Viewer, position: Position, kind: str, status: str) -> Any:
    away = near(Resource.position, position)
    statement = select(Resource.id, away.label("meters")).where(
        Resource.kind == kind,
        # said as the index says it
        Resource.kind != "unit",
        Resource.status == status,
        Resource.position.is_not(None),
        viewer.policy.condition(),
    )
    if kind == "shelter":
        statement = statement.join(Shelter, Shelter.resource_id == Resource.id).where(_has_room())
    return statement.order_by(away)


def _has_room() -> ColumnElement[bool]:
    free = shelters.places_free()
    return or_(free.is_(None), free > 0)


def _site(
    row: Any,
    position: Position,
    distances: Mapping[int, float],
    stock: Mapping[int, Sequence[tuple[str, Decimal, str]]],
    promised: Mapping[int, shelters.Promised],
    viewer: Viewer,
) -> Near:
    one: Resource = row.Resource
    place = position_of(one.position)
    assert place is not None
    bearing = bearing_deg(position, place)
    figures_at = (row.Shelter and row.Shelter.counted_at) or one.confirmed_at
    held = stock.get(one.id, ())
    types = fields.types(one.kind)
    return Near(
        id=one.id,
        kind=one.kind,
        name=one.name,
        status=one.status,
        status_title=words.status(one.kind, one.status),
        type_title=_(types[one.type].title) if one.type and one.type in types else None,
        lat=round(place.lat, 6),
        lon=round(place.lon, 6),
        usng=_grid(place),
        address=", ".join(filter(None, (one.address_line1, one.city))) or None,
        distance_m=round(distances[one.id]),
        bearing_deg=bearing,
        direction=_(_POINTS[round(bearing / 45) % 8]),
        phone=(one.contact_phone or row.Agency.phone) if viewer.may("see_staff") else None,
        agency=row.Agency.name,
        **_shelter(row.Shelter, row.free),
        promised=promised.get(one.id, shelters.Promised()),
        stock=tuple(words.stock(*one) for one in held[:_ITEMS]),
        more_items=max(0, len(held) - _ITEMS),
        figures_at=figures_at,
        stale=_too_old(row),
        approximate=one.position_radius_m is not None,
    )


def _shelter(part: Shelter | None, free: int | None) -> dict[str, Any]:
    """What only a shelter has; a supply site has nothing of it."""
    if part is None:
        return dict.fromkeys(("people", "places", "free", "pets", "wheelchair", "power"))
    people, places = part.population_total, shelters.capacity_in_use(shelters.facts_of(part))
    rule = fields.field("shelter", "pet_policy").rule
    return {
        "people": people,
        "places": places,
        "free": free,
        "pets": _(rule.text(part.pet_policy)) if part.pet_policy else None,
        "wheelchair": part.wheelchair_accessible,
        "power": _power(part),
    }


def _power(part: Shelter) -> str | None:
    if part.generator:
        if not part.backup_power_kw:
            return _("Generator")
        return _("Generator, %(power)s kW", power=f"{part.backup_power_kw:g}")
    if part.self_sufficient_electricity:
        return _("Runs off grid")
    return _("No generator") if part.generator is False else None


def _too_old(row: Any) -> bool:
    """Whether the status, or the count of people, is past what it is good for."""
    one, counted_at = row.Resource, row.Shelter and row.Shelter.counted_at
    if _is_stale(one.confirmed_at, row.age_limit_minutes, one.unreported_at):
        return True
    limit = row.people_limit_minutes
    return bool(counted_at and limit and _is_stale(counted_at, limit, None))


def _is_stale(at: datetime | None, limit_minutes: int, unreported_at: datetime | None) -> bool:
    now = datetime.now(UTC)
    aged = at is None or at + timedelta(minutes=limit_minutes) <= now
    return aged or (unreported_at is not None and unreported_at <= now)


def _grid(place: Position) -> str | None:
    try:
        return to_usng(place)
    except NotAPlace:
        return None


def bearing_deg(start: Position, end: Position) -> int:
    """The direction in which to set out on a great circle, in whole degrees from north."""
    lat, other_lat = math.radians(start.lat), math.radians(end.lat)
    turn = math.radians(end.lon - start.lon)
    east = math.sin(turn) * math.cos(other_lat)
    north = math.cos(lat) * math.sin(other_lat) - math.sin(lat) * math.cos(other_lat) * math.cos(
        turn
    )
    return round(math.degrees(math.atan2(east, north))) % 360
