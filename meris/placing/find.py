"""A place for a party: the nearest shelters that surely suit, those to call first, and why not the
others."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from sqlalchemy.orm import Session

from geo.values import Position
from meris import fields, shelters
from meris.accounts import Viewer
from meris.dispatch.travel import Profile, StraightLine
from meris.distances import MILES, Distances
from meris.errors import Invalid
from meris.placing import reach
from meris.placing.fit import PETS, Answer, Facts, Reason, has_power, judge, known_facts, verdict
from meris.placing.holds import may_hold
from meris.placing.party import Party

#: Kilometers within which shelters may be looked for.
LEAST_REACH, USUAL_REACH, MOST_REACH = 5, 100, 200
MOST_OFFERED, MOST_OTHERS = 8, 6
_MOST = reach.Most(MOST_OFFERED, MOST_OFFERED, MOST_OTHERS, MOST_OTHERS, MOST_OTHERS, MOST_OTHERS)
#: How people in cars and buses travel on average; no time to set out is added.
BY_ROAD = Profile(speed_kmh=50.0, turnout_minutes=0.0)


@dataclass(frozen=True)
class Offer:
    """A shelter with what speaks for and against it. None is unknown; `meters` are in a straight
    line, `minutes` by road are an estimate."""

    id: int
    name: str
    status: str
    status_title: str
    type_title: str | None
    address: str | None
    agency: str
    phone: str | None
    lat: float
    lon: float
    meters: int
    minutes: int
    answer: Answer
    reasons: Sequence[Reason]
    free: int | None
    people: int | None
    capacity: int | None
    promised: shelters.Promised
    wheelchair: bool | None
    power: bool | None
    pets: str | None
    confirmed_at: datetime | None
    stale: bool
    approximate: bool
    may_hold: bool

    def told(self) -> dict[str, Any]:
        """The same for JSON."""
        at = self.confirmed_at
        plain = {name: value for name, value in vars(self).items() if name not in _NOT_PLAIN}
        return plain | {
            "reasons": [reason.told() for reason in self.reasons],
            "promised": self.promised.told(),
            "confirmed_at": at.isoformat() if at else None,
        }


#: Told otherwise than they are.
_NOT_PLAIN = frozenset({"reasons", "promised", "confirmed_at"})


@dataclass
class Found:
    """`sure`: nothing speaks against them; `call_first`: something is not known of them; `others`:
    why they are not offered; `could_open`: on standby or alert. Each the nearest first.

    `how` says what the minutes are estimated from.
    """

    reach_km: int
    how: str
    sure: list[Offer] = field(default_factory=list)
    call_first: list[Offer] = field(default_factory=list)
    others: list[Offer] = field(default_factory=list)
    could_open: list[Offer] = field(default_factory=list)

    def told(self) -> dict[str, Any]:
        """The same for JSON."""
        lists = ("sure", "call_first", "others", "could_open")
        found = {name: [offer.told() for offer in getattr(self, name)] for name in lists}
        return {"reach_km": self.reach_km, "how": self.how, **found}


def places(
    session: Session,
    viewer: Viewer,
    position: Position,
    party: Party,
    *,
    detour: float,
    distances: Distances = MILES,
    reach_km: int = USUAL_REACH,
) -> Found:
    """Where a party may go from `position`: the `MOST_OFFERED` nearest that suit, and whom to call
    that is nearer than the last of these; `distances` is what `how` is said in.

    Raises `Invalid` for a reach that is too small or too large.
    """
    check_reach(reach_km)
    search = _Search(session, viewer, position, party, detour, distances, reach_km * 1000)
    found = _sorted(search)
    _leave_out_the_farther(found)
    _say_what_is_promised(search, found)
    return found


def check_reach(reach_km: int) -> None:
    """Raise `Invalid` for kilometers within which nobody looks for shelters."""
    if not LEAST_REACH <= reach_km <= MOST_REACH:
        raise Invalid(f"Look within {LEAST_REACH} to {MOST_REACH} km.", value=reach_km)


def how(detour: float, distances: Distances) -> str:
    """What the minutes of a drive are estimated from."""
    speed = distances.speed(BY_ROAD.speed_kmh)
    return f"Estimated: the straight line × {detour:g} at {speed}. No road or traffic is known."


@dataclass
class _Search:
    session: Session
    viewer: Viewer
    position: Position
    party: Party
    detour: float
    distances: Distances
    reach_m: float
    now: datetime = field(default_factory=lambda: datetime.now(UTC))

    def nearest(self) -> dict[str, list[Offer]]:
        """The nearest of each list, as offers."""
        where = (self.session, self.viewer, self.position, self.reach_m)
        found = reach.nearest(*where, self.party, _MOST)
        return {name: [self._offer(row) for row in rows] for name, rows in found.items()}

    def _offer(self, row: Any) -> Offer:
        return offer_of(
            row,
            known_facts(row, row.dangers or (), stale=row.stale),
            self.party,
            self.position,
            viewer=self.viewer,
            detour=self.detour,
            now=self.now,
        )


def offer_of(
    row: Any,
    facts: Facts,
    party: Party,
    origin: Position,
    *,
    viewer: Viewer,
    detour: float,
    now: datetime,
) -> Offer:
    """A row of `reach` as an offer to a party at `origin`; what is promised is not asked for."""
    reasons = judge(facts, party, now)
    place = Position(row.lat, row.lon)
    drive = StraightLine(detour).estimate(origin, place, BY_ROAD, staged=True)
    types = fields.types("shelter")
    phone = row.contact_phone or row.agency_phone
    return Offer(
        id=row.id,
        name=row.name,
        status=row.status,
        status_title=fields.statuses("shelter")[row.status].title,
        type_title=types[row.type].title if row.type in types else None,
        address=", ".join(filter(None, (row.address_line1, row.city))) or None,
        agency=row.agency,
        phone=phone if viewer.may("see_staff") else None,
        lat=round(row.lat, 6),
        lon=round(row.lon, 6),
        meters=round(row.meters),
        minutes=round(drive.minutes),
        answer=verdict(reasons),
        reasons=reasons,
        free=facts.free,
        people=facts.people,
        capacity=facts.capacity,
        promised=shelters.Promised(),
        wheelchair=facts.wheelchair,
        power=has_power(facts),
        pets=PETS.text(facts.pet_policy) if facts.pet_policy else None,
        confirmed_at=facts.confirmed_at,
        stale=facts.stale,
        approximate=row.position_radius_m is not None,
        may_hold=may_hold(viewer, row.agency_id),
    )


def _sorted(search: _Search) -> Found:
    """What is open by the answer it gives; beside those that do not suit the nearest that are full,
    since somebody who knows them asks why they are not offered; and of those that could open the
    ones that nothing else speaks against."""
    near = search.nearest()
    waiting = [_if_opened(one, search.party.people) for name in _WAITING for one in near[name]]
    return Found(
        reach_km=round(search.reach_m / 1000),
        how=how(search.detour, search.distances),
        sure=near["yes"],
        call_first=near["unknown"],
        others=_nearest([*near["no"], *map(_not_open, near["full"])]),
        could_open=_nearest([one for one in waiting if one.answer != "no"]),
    )


def _nearest(offers: Sequence[Offer]) -> list[Offer]:
    return sorted(offers, key=lambda offer: (offer.meters, offer.id))[:MOST_OTHERS]


_WAITING = ("standby", "alert")


def _say_what_is_promised(search: _Search, found: Found) -> None:
    """Asked for once, of those that are in the answer."""
    lists = (found.sure, found.call_first, found.others)
    promised = shelters.promised(search.session, [one.id for offers in lists for one in offers])
    for offers in lists:
        offers[:] = [
            replace(one, promised=promised[one.id]) if one.id in promised else one for one in offers
        ]


def _leave_out_the_farther(found: Found) -> None:
    """Beyond enough that suit nobody is called, asks why others do not, or opens one."""
    if len(found.sure) == MOST_OFFERED:
        last = found.sure[-1].meters
        found.call_first = [offer for offer in found.call_first if offer.meters <= last]
        found.others = [offer for offer in found.others if offer.meters <= last]
        found.could_open = [offer for offer in found.could_open if offer.meters <= last]


def _not_open(offer: Offer) -> Offer:
    return _with(offer, [Reason("beds", "no", "Says that it is full"), *_but(offer, "beds")])


def _if_opened(offer: Offer, people: int) -> Offer:
    """Nobody is in it yet, so that its capacity is what there is."""
    if offer.capacity is None:
        beds = Reason("beds", "unknown", f"{offer.status_title}; its capacity is not known")
    else:
        enough: Answer = "yes" if offer.capacity >= people else "no"
        said = f"{offer.status_title}; {offer.capacity:,} places when it opens"
        beds = Reason("beds", enough, said)
    return _with(offer, [beds, *_but(offer, "beds")])


def _but(offer: Offer, about: str) -> list[Reason]:
    return [reason for reason in offer.reasons if reason.about != about]


def _with(offer: Offer, reasons: Sequence[Reason]) -> Offer:
    return replace(offer, reasons=reasons, answer=verdict(reasons))
