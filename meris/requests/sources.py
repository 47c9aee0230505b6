"""The best sources for a line of a request, with reasons and runner-ups, in plain words."""

from collections.abc import Sequence
from datetime import UTC, datetime
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from fractions import Fraction
from typing import Any

from sqlalchemy import any_, literal, or_, select
from sqlalchemy.orm import Session

from geo.columns import position_of
from geo.values import Position
from meris import supplies, wording
from meris.accounts import Viewer
from meris.dispatch.terms import Terms
from meris.fields import BY_CODE
from meris.fields.items import base_size
from meris.requests import givers, levels, teams
from meris.requests.givers import Thing
from meris.requests.read import find_line
from meris.requests.stand import number, stands
from meris.requests.states import FILLABLE
from meris.requests.weighing import Plan, Source, Wanted, combine, ranked, weigh
from meris.tables import County, PlanningFactor, Request, RequestLine, Resource

#: Runner-ups, and those who were passed over with the reason.
_MOST, _PASSED_OVER = 6, 4
#: Without a setting: a delivery takes a day and a day's worth is kept in reserve.
_DAYS = Decimal(2)


def suggest(
    session: Session, viewer: Viewer, line_id: int, *, terms: Terms | None = None
) -> dict[str, Any]:
    """Who could give what is missing of a line, as far as the viewer may know of them.

    `best`: the takes that together cover it, `lacking` what nobody could give; `sources`: everybody
    weighed, the best first; `passed_over`: near ones and why not; `units`: where it is a kind of
    unit that is asked for. Quantities are in the line's unit. Raises `NotFound`.
    """
    line, request, site = find_line(session, viewer, line_id, lock=False)
    return of_line(session, viewer, line, request, site, terms or Terms())


def of_line(
    session: Session,
    viewer: Viewer,
    line: RequestLine,
    request: Request,
    site: Resource | None,
    terms: Terms,
) -> dict[str, Any]:
    """`suggest` for a line at hand."""
    missing = stands(session, [line.id])[line.id].missing
    told: dict[str, Any] = {
        "line_id": line.id,
        "unit_of_issue": line.unit_of_issue,
        "missing": number(missing),
        "fillable": line.status in FILLABLE,
        "place": None,
        "best": None,
        "sources": [],
        "passed_over": [],
        "units": [],
    }
    if missing <= 0:
        return told
    to = _place(session, site)
    wanted = _wanted(session, line, request, missing, terms)
    sources = _weighed(session, viewer, line, request, to, wanted, terms)
    fit = ranked(sources, wanted)
    allowed = [one for one in fit if levels.reaches(viewer, request, one.giver.agency_kind)]
    told["best"] = _plan(viewer, request, combine(allowed, wanted), wanted, terms)
    told["sources"] = [_told(viewer, request, one, wanted, terms) for one in fit[:_MOST]]
    told["passed_over"] = _passed_over(sources)
    if site is not None and site.position is None and to is not None:
        told["place"] = f"{site.name} is not on the map: reckoned to the middle of its county."
    told["units"] = teams.near(session, viewer, line, to, terms)
    return told


def _place(session: Session, site: Resource | None) -> Position | None:
    """Where it goes; the middle of its county where the site itself is not on the map."""
    if site is None:
        return None
    if site.position is not None or site.county_fips is None:
        return position_of(site.position)
    return position_of(session.scalar(select(County.center).where(County.fips == site.county_fips)))


def local_stock(
    session: Session,
    viewer: Viewer,
    line: RequestLine,
    request: Request,
    site: Resource | None,
    terms: Terms,
) -> list[Source]:
    """What the county that asks could still give itself, before others are asked."""
    missing = stands(session, [line.id])[line.id].missing
    if missing <= 0:
        return []
    to = _place(session, site)
    wanted = _wanted(session, line, request, missing, terms)
    every = _weighed(session, viewer, line, request, to, wanted, terms)
    own = [one for one in every if one.giver.agency_id == request.agency_id]
    return [one for one in ranked(own, wanted) if one.spare > 0]


def _weighed(
    session: Session,
    viewer: Viewer,
    line: RequestLine,
    request: Request,
    to: Position | None,
    wanted: Wanted,
    terms: Terms,
) -> list[Source]:
    found = givers.find(
        session,
        viewer,
        Thing(line.item_code, line.item_name),
        to=to,
        but=request.deliver_to_id,
        today=wanted.now.astimezone(terms.zone).date(),
    )
    return [weigh(wanted, one) for one in found]


def _wanted(
    session: Session, line: RequestLine, request: Request, missing: Decimal, terms: Terms
) -> Wanted:
    return Wanted(
        item_code=line.item_code,
        unit=line.unit_of_issue,
        missing=missing,
        now=datetime.now(UTC),
        needed_by=request.needed_by,
        detour=terms.detour,
        need_each=_need_each(session, line),
    )


def _need_each(session: Session, line: RequestLine) -> Fraction | None:
    """What one person in a shelter needs of it until more could come, in the line's unit."""
    item = BY_CODE.get(line.item_code or "")
    if item is None:
        return None
    serves = literal(item.code) == any_(PlanningFactor.also)
    asked = or_(PlanningFactor.item_code == item.code, serves)
    statement = select(PlanningFactor).where(
        or_(
            (PlanningFactor.place == "shelter") & asked,
            PlanningFactor.code.in_(("lead_days", "safety_days")),
        )
    )
    rows = session.scalars(statement).all()
    factor = next((row for row in rows if row.per != "number"), None)
    if factor is None:
        return None
    days = sum((row.quantity for row in rows if row.per == "number"), Decimal(0)) or _DAYS
    # an item that only serves the same need may be of another measure
    each = base_size(item, factor.unit)
    own = base_size(item, line.unit_of_issue)
    if not each or not own:
        return None
    times = days if factor.per == "person_day" else Decimal(1)
    return Fraction(factor.quantity) * Fraction(times) * Fraction(each) / Fraction(own)


def _plan(
    viewer: Viewer, request: Request, plan: Plan, wanted: Wanted, terms: Terms
) -> dict[str, Any] | None:
    if not plan.parts:
        return None
    parts = [_told(viewer, request, one, wanted, terms, part) for one, part in plan.parts]
    lacking = plain(plan.lacking)
    return {
        "parts": parts,
        "lacking": number(lacking),
        "lacking_words": f"{_amount(plan.lacking, wanted.unit)} more nobody could give"
        if plan.lacking
        else None,
        "may_commit": all(one["may_commit"] for one in parts),
        "words": _sentence(parts),
    }


def _sentence(parts: Sequence[dict[str, Any]]) -> str:
    """Commit 40 cases from Boone County Warehouse."""
    named = [f"{one['words']} from {one['site']['name']}" for one in parts]
    return f"Commit {' and '.join(named)}"


def _told(
    viewer: Viewer,
    request: Request,
    one: Source,
    wanted: Wanted,
    terms: Terms,
    part: Fraction | None = None,
) -> dict[str, Any]:
    missing = Fraction(wanted.missing)
    usual = min(missing, one.spare if one.spare > 0 else one.free)
    quantity = part if part is not None else usual
    takes = one.takes(quantity)
    reaches = levels.reaches(viewer, request, one.giver.agency_kind)
    may = reaches and levels.keeps_site(viewer, one.giver.kind, one.giver.agency_id)
    return {
        "site": {
            "id": one.giver.id,
            "name": one.giver.name,
            "kind": one.giver.kind,
            "city": one.giver.city,
            "agency": one.giver.agency,
            "phone": one.giver.phone,
        },
        "quantity": number(plain(sum((take.counts for take in takes), Fraction(0)))),
        "words": _take_words(takes),
        "free": number(plain(one.free)),
        "enough": one.free >= missing,
        "distance_m": round(one.giver.meters) if one.giver.meters is not None else None,
        "minutes": round(one.minutes) if one.minutes is not None else None,
        "arrives_at": one.arrives.isoformat() if one.arrives else None,
        "late": one.late and one.arrives is not None,
        "below_par": quantity > one.spare,
        "takes": [
            {
                "stock_line_id": take.lot.id,
                "quantity": number(take.quantity),
                "unit_of_issue": take.lot.unit,
                "lot": take.lot.lot,
                "expires_on": take.lot.expires_on.isoformat() if take.lot.expires_on else None,
            }
            for take in takes
        ],
        "reasons": _reasons(one, quantity, wanted, terms),
        "against": _against(one, quantity, wanted, reaches),
        "may_commit": may,
    }


def _take_words(takes: Sequence[Any]) -> str:
    """40 cases; or of two units: 2 pallets and 3 cases."""
    by_unit: dict[str, Decimal] = {}
    for take in takes:
        by_unit[take.lot.unit] = by_unit.get(take.lot.unit, Decimal(0)) + take.quantity
    return " and ".join(supplies.amount(much, unit) for unit, much in by_unit.items())


def _reasons(one: Source, quantity: Fraction, wanted: Wanted, terms: Terms) -> list[str]:
    missing, unit = Fraction(wanted.missing), wanted.unit
    free = _amount(one.free, unit)
    said = [
        f"has {free} free, all that is missing"
        if one.free >= missing
        else f"has {free} of the {_amount(missing, unit)} missing"
    ]
    if one.giver.meters is not None and one.minutes is not None and one.arrives is not None:
        far, drive = terms.distances.say(one.giver.meters), wording.minutes(one.minutes)
        said.append(
            f"{far} away, about {drive} by truck with loading, there at"
            f" {wording.stamp(one.arrives, terms.zone)[11:]}"
        )
    if wanted.needed_by is not None and one.arrives is not None and not one.late:
        said.append(f"{wording.span(wanted.needed_by - one.arrives)} before it is needed")
    if one.keeps is not None and quantity <= one.spare:
        said.append(f"keeps the {_amount(one.keeps, unit)} it needs itself")
    first = next((lot.expires_on for lot, _ in one.lots if lot.expires_on), None)
    if first is not None:
        said.append(f"earliest expiry first: {wording.day(first, year=True)}")
    return said


def _against(one: Source, quantity: Fraction, wanted: Wanted, reaches: bool) -> list[str]:
    said = []
    if one.late and one.arrives and wanted.needed_by:
        said.append(f"{wording.span(one.arrives - wanted.needed_by)} after it is needed")
    if one.giver.meters is None:
        said.append("its place or that of delivery is not on the map, so the drive is not known")
    if one.keeps is not None and quantity > one.spare:
        left = one.free - quantity
        said.append(
            f"would be left with {_amount(max(Fraction(0), left), wanted.unit)} and keeps"
            f" {_amount(one.keeps, wanted.unit)}"
        )
    if one.giver.status == "closed":
        said.append("closed now: call first")
    if not reaches:
        said.append("stock of the state: the request has to go to the state first")
    return said


def _passed_over(sources: Sequence[Source]) -> list[dict[str, Any]]:
    others = [one for one in sources if one.why_not is not None]
    others.sort(key=lambda one: one.minutes if one.minutes is not None else float("inf"))
    return [
        {
            "site": {"id": one.giver.id, "name": one.giver.name, "kind": one.giver.kind},
            "distance_m": round(one.giver.meters) if one.giver.meters is not None else None,
            "why_not": one.why_not,
        }
        for one in others[:_PASSED_OVER]
    ]


def _amount(quantity: Fraction, unit: str) -> str:
    return supplies.amount(plain(quantity, ROUND_FLOOR), unit)


def plain(quantity: Fraction, rounding: str = ROUND_CEILING) -> Decimal:
    """With two decimals at most."""
    exact = Decimal(quantity.numerator) / Decimal(quantity.denominator)
    return exact.quantize(Decimal("0.01"), rounding).normalize() + 0
