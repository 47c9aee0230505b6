"""What the phone shows of the sites around a place: that of the task, of a shelter, or typed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from geo.columns import position_of
from geo.values import NotAPlace, Position
from meris import fields
from meris.accounts import Viewer
from meris.errors import Invalid
from meris.fields import Home
from meris.incidents.places import read_place
from meris.language import _
from meris.phone.near import Near, sites
from meris.phone.place import Spot
from meris.phone.view import OnDuty, may_report, on_duty
from meris.tables import Assignment, Incident, Resource, UnitPosition
from meris.units import at_work

_NUMBER_LENGTH = 30
#: Whoever is on the way reads the first few; each is a hand's breadth on a phone.
_MOST = 15


@dataclass(frozen=True)
class Site:
    """A site with the letter of its status."""

    near: Near
    letter: str

    def link(self, *, apple: bool) -> str | None:
        """What opens the phone's own maps there."""
        spot = Spot(self.near.address, self.near.lat, self.near.lon)
        return spot.link(apple=apple, label=self.near.name)


@dataclass(frozen=True)
class NearPage:
    """Sites by their distance from `around`; None and no sites where no place is known."""

    now: datetime
    duty: OnDuty | None
    around: str | None
    sites: Sequence[Site]
    note: str | None = None
    typed: str = ""
    problem: str | None = None


def near_page(
    session: Session,
    viewer: Viewer,
    home: Home,
    *,
    typed: str = "",
    here: tuple[str, str] = ("", ""),
) -> NearPage:
    """Near `here` (latitude, longitude), else near the place typed, else near what is in hand."""
    now, duty = datetime.now(UTC), on_duty(session, viewer)
    try:
        position, around, note = _place(session, viewer, home, duty, typed.strip(), here)
    except Invalid as refusal:
        return NearPage(now, duty, None, (), typed=typed, problem=refusal.message)
    if position is None:
        return NearPage(now, duty, None, ())
    nearest = sites(session, viewer, position, most=_MOST, home=home)
    found = [Site(one, _letter(one)) for one in nearest]
    return NearPage(now, duty, around, found, note, typed)


def _place(
    session: Session,
    viewer: Viewer,
    home: Home,
    duty: OnDuty | None,
    typed: str,
    here: tuple[str, str],
) -> tuple[Position | None, str, str | None]:
    if any(here):
        return _fix(here), _("where you are"), None
    if typed:
        place = read_place(session, viewer, typed, home)
        return place.position, f'"{typed}"', place.note
    position, around = _in_hand(session, viewer, duty)
    return position, around, None


def _fix(here: tuple[str, str]) -> Position:
    try:
        lat, lon = (float(text[:_NUMBER_LENGTH]) for text in here)
        return Position(lat, lon)
    except (ValueError, NotAPlace) as problem:
        raise Invalid(_("That is no position. Type a place.")) from problem


def _in_hand(session: Session, viewer: Viewer, duty: OnDuty | None) -> tuple[Position | None, str]:
    """The incident that the unit is at, else the unit, else what the agency has here."""
    if duty is not None:
        task = select(Incident.position).join(Assignment)
        task = task.where(Assignment.resource_id == duty.unit_id, at_work())
        if (position := position_of(session.scalar(task))) is not None:
            return position, _("your incident")
        fix = select(UnitPosition.position).where(UnitPosition.resource_id == duty.unit_id)
        base = select(Resource.position).where(Resource.id == duty.unit_id)
        known = session.scalar(fix) or session.scalar(base)
        return position_of(known), _("the last known place of %(unit)s", unit=duty.unit_name)
    return _of_agency(session, viewer)


def _of_agency(session: Session, viewer: Viewer) -> tuple[Position | None, str]:
    kind = "shelter" if may_report(viewer, "shelter") else "unit"
    statement = (
        select(Resource.position, Resource.name)
        .where(
            Resource.agency_id == viewer.agency_id,
            Resource.kind == kind,
            Resource.position.is_not(None),
            viewer.policy.condition(),
        )
        .order_by(Resource.status != "open", Resource.id)
        .limit(1)
    )
    row = session.execute(statement).one_or_none()
    return (position_of(row.position), row.name) if row else (None, "")


def _letter(one: Near) -> str:
    return fields.statuses(one.kind)[one.status].glyph or ""
