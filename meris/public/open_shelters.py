"""The open shelters that the public may know of: one query for everybody, a few times a minute."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from geo.columns import position_of
from geo.grid import to_usng
from geo.values import NotAPlace, Position
from meris import fields, shelters
from meris.accounts import PUBLIC
from meris.public.room import Room, room
from meris.tables import County, Resource, Shelter, StatusCode

#: Full ones are told of, so that nobody sets out for them.
STATUSES = ("open", "full")
_DIGITS = 5


@dataclass(frozen=True, slots=True)
class OpenShelter:
    """What the public is told of a shelter; None is unknown. Contacts and counts are not here.

    `within_m`: how far off `position` may be, None for the very place. `confirmed_at`: when the
    shelter was last said to be open; `counted_at`: of the figures behind `room`. `stale`: it was
    not confirmed for longer than may be believed. `type` and `pets_title` are titles in English,
    to be said in the language of the page.
    """

    id: int
    name: str
    type: str | None
    status: str
    room: Room
    position: Position | None
    within_m: int | None
    usng: str | None
    street: str | None
    city: str | None
    zip: str | None
    county_fips: str | None
    county: str | None
    pets: str | None
    pets_title: str | None
    wheelchair: bool | None
    power: bool | None
    opens: str | None
    closes: str | None
    confirmed_at: datetime | None
    counted_at: datetime | None
    stale: bool

    @property
    def address(self) -> str | None:
        """Street, town and ZIP code, as far as they are known."""
        town = " ".join(filter(None, (self.city, self.zip)))
        return ", ".join(filter(None, (self.street, town))) or None

    @property
    def hours(self) -> str | None:
        """From when to when it is open, as far as that is known, for programs."""
        return " to ".join(filter(None, (self.opens, self.closes))) or None

    @property
    def map_link(self) -> str | None:
        """What opens the phone's own maps at the very place (RFC 5870)."""
        if self.position is None:
            return None
        return f"geo:{self.position.lat:.{_DIGITS}f},{self.position.lon:.{_DIGITS}f}"


def read(session: Session, now: datetime) -> tuple[OpenShelter, ...]:
    """All of them, by county and name; `now` is what ages are told by. Call inside `reading`."""
    return tuple(_told(row, now) for row in session.execute(_query()))


def _query() -> Select[Any]:
    return (
        select(
            Resource.id,
            Resource.name,
            Resource.type,
            Resource.status,
            Resource.position,
            Resource.position_radius_m,
            Resource.address_line1,
            Resource.address_line2,
            Resource.city,
            Resource.zip,
            Resource.county_fips,
            Resource.confirmed_at,
            Resource.unreported_at,
            StatusCode.age_limit_minutes,
            County.full_name.label("county"),
            County.state.label("county_state"),
            Shelter.pet_policy,
            Shelter.wheelchair_accessible,
            Shelter.generator,
            Shelter.self_sufficient_electricity,
            Shelter.hours_open,
            Shelter.hours_close,
            Shelter.counted_at,
            shelters.capacity().label("places"),
            shelters.places_free().label("free"),
        )
        .join(Shelter, Shelter.resource_id == Resource.id)
        .join(
            StatusCode,
            (StatusCode.kind == Resource.kind) & (StatusCode.code == Resource.status),
        )
        .outerjoin(County, County.fips == Resource.county_fips)
        .where(PUBLIC.policy.condition(), Resource.kind == "shelter", Resource.status.in_(STATUSES))
        .order_by(County.state, County.full_name, Resource.name, Resource.id)
    )


def _told(row: Any, now: datetime) -> OpenShelter:
    place = position_of(row.position)
    stale = _is_past(row.confirmed_at, timedelta(minutes=row.age_limit_minutes), now)
    stale = stale or (row.unreported_at is not None and row.unreported_at <= now)
    counted = fields.age_limit("shelter", row.status, "people")
    uncounted = counted is not None and _is_past(row.counted_at or row.confirmed_at, counted, now)
    return OpenShelter(
        id=row.id,
        name=row.name,
        type=_title(fields.types("shelter"), row.type),
        status=row.status,
        room=room(row.status, row.free, row.places, old=stale or uncounted),
        position=place,
        within_m=row.position_radius_m,
        usng=_grid(place) if row.position_radius_m is None else None,
        street=", ".join(filter(None, (row.address_line1, row.address_line2))) or None,
        city=row.city,
        zip=row.zip,
        county_fips=row.county_fips,
        county=row.county,
        pets=row.pet_policy,
        pets_title=_pets(row.pet_policy),
        wheelchair=row.wheelchair_accessible,
        power=_power(row.generator, row.self_sufficient_electricity),
        opens=row.hours_open,
        closes=row.hours_close,
        confirmed_at=row.confirmed_at,
        counted_at=row.counted_at,
        stale=stale,
    )


def _is_past(at: datetime | None, limit: timedelta, now: datetime) -> bool:
    return at is None or at + limit <= now


def _title(choices: Any, code: str | None) -> str | None:
    return choices[code].title if code and code in choices else None


def _pets(policy: str | None) -> str | None:
    return fields.field("shelter", "pet_policy").rule.text(policy) if policy else None


def _power(generator: bool | None, off_grid: bool | None) -> bool | None:
    """Whether the lights stay on without the grid; False only where both are known to be missing,
    or the generator is and nothing is known of the other."""
    known: Sequence[bool] = [one for one in (generator, off_grid) if one is not None]
    return any(known) if known else None


def _grid(place: Position | None) -> str | None:
    try:
        return to_usng(place) if place else None
    except NotAPlace:
        return None
