"""What runs out first at the shelters and points of distribution that somebody may see."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session

from meris.accounts import Viewer
from meris.errors import Invalid, NotFound
from meris.fields import BY_CODE, Home
from meris.running_out import packs, telling
from meris.running_out.coming import Coming
from meris.running_out.estimate import Opening
from meris.running_out.factors import Factors
from meris.running_out.pods import Pod, pod_of
from meris.running_out.telling import Place
from meris.sql import named
from meris.tables import Agency, County, Resource, SupplySite

#: What is listed: within the hours asked for; all that can be reckoned; what nobody can say or is
#: missing; everything, with what nobody uses up.
SHOWN = ("soon", "known", "unsure", "all")
MOST = 200
#: Lines of one site; none has as many needs.
_MOST_OF_SITE = 500
_FARTHEST_PAGE = 10_000
#: Measuring looks back so far, and a measured stretch is at least so long.
_BACK_HOURS, _LEAST_HOURS = 72, 3
#: A place uses things up in these states.
_AT_WORK = ("open", "full", "consolidating")


@dataclass(frozen=True)
class Question:
    """Which lines. `hours`: "soon" is that many hours of use left at most. `page` begins at 1."""

    show: str = "known"
    hours: float = 24.0
    county: str = ""
    agency: int | None = None
    kind: str = ""
    item: str = ""
    page: int = 1
    limit: int = 100


def listed(session: Session, viewer: Viewer, asked: Question, home: Home) -> dict[str, Any]:
    """A page of lines, the soonest first: `lines` as `telling.line`, `counts` by what is shown,
    and `more`: whether another page follows. Raises `Invalid`."""
    _require_sense(asked)
    factors = Factors.read(session)
    places = _places(session, viewer, factors, _conditions(asked))
    most = min(max(asked.limit, 1), MOST)
    needs = sorted(factors.needs(asked.item)) if asked.item else None
    limits = {"most": most + 1, "past": (asked.page - 1) * most}
    rows = _rows(session, home, places, needs=needs, show=asked.show, hours=asked.hours, **limits)
    counts = {name: rows[0][name] if rows else 0 for name in ("soon", "known", "unsure")}
    found = [row for row in rows if row["id"] is not None]
    lines = _lines(session, viewer, found[:most], places, factors, home)
    return {"lines": lines, "counts": counts, "more": len(found) > most, "places": len(places)}


def of_site(session: Session, viewer: Viewer, site_id: int, home: Home) -> dict[str, Any]:
    """Every line of one shelter or point of distribution, with how it works where that is a `pod`.

    Whatever its status: whoever looks at one site wants to know. Raises `NotFound`.
    """
    factors = Factors.read(session)
    places = _places(session, viewer, factors, [Resource.id == site_id], at_work=False)
    if not places:
        raise NotFound("There is no such shelter or point of distribution, or you may not see it.")
    (place,) = places.values()
    limits = {"most": _MOST_OF_SITE, "past": 0}
    rows = _rows(session, home, places, needs=None, show="all", hours=24.0, **limits)
    found = [row for row in rows if row["id"] is not None]
    lines = _lines(session, viewer, found, places, factors, home)
    pod = telling.pod(place.pod, found) if place.pod else None
    return {"site": telling.site(place), "lines": lines, "pod": pod}


def _require_sense(asked: Question) -> None:
    if asked.show not in SHOWN:
        raise Invalid(f'"{asked.show[:40]}" is nothing to show. Use one of: {", ".join(SHOWN)}.')
    if asked.kind not in ("", "shelter", "pod"):
        raise Invalid(f'"{asked.kind[:40]}" is no kind of place here. Use shelter or pod.')
    if asked.item and asked.item not in BY_CODE:
        raise Invalid(f'"{asked.item[:40]}" is not in the catalogue of items.')
    if not 1 <= asked.page <= _FARTHEST_PAGE:
        raise Invalid("There is no such page.")
    if not 0 < asked.hours <= 24 * 60:
        raise Invalid("Ask for hours above 0 and at most 1,440.")


def _conditions(asked: Question) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if asked.county:
        found.append(Resource.county_fips == asked.county)
    if asked.agency is not None:
        found.append(Resource.agency_id == asked.agency)
    if asked.kind:
        found.append(Resource.kind == {"shelter": "shelter", "pod": "supply_site"}[asked.kind])
    return found


def _places(
    session: Session,
    viewer: Viewer,
    factors: Factors,
    conditions: Sequence[ColumnElement[bool]],
    *,
    at_work: bool = True,
) -> dict[int, Place]:
    """The shelters and points of distribution that use things up, by id: of those one may see."""
    is_pod = (Resource.kind == "supply_site") & (Resource.type == "pod")
    statement = (
        select(Resource, SupplySite, Agency.name, County.name)
        .join(Agency, Agency.id == Resource.agency_id)
        .outerjoin(County, County.fips == Resource.county_fips)
        .outerjoin(SupplySite, SupplySite.resource_id == Resource.id)
        .where(viewer.policy.condition(), or_(Resource.kind == "shelter", is_pod), *conditions)
    )
    if at_work:
        statement = statement.where(Resource.status.in_(_AT_WORK))
    columns = (*_BRIEF, *_OF_POD, Agency.name.label("agency"), County.name.label("county"))
    rows = session.execute(statement.with_only_columns(*columns, maintain_column_froms=True))
    return {row["id"]: _place(dict(row), factors) for row in rows.mappings()}


_BRIEF = (
    Resource.id,
    Resource.kind,
    Resource.name,
    Resource.type,
    Resource.status,
    Resource.city,
    Resource.agency_id,
    Resource.county_fips,
)
_OF_POD = (
    SupplySite.pod_type,
    SupplySite.vehicles_per_hour,
    SupplySite.people_per_vehicle,
    SupplySite.loading_points,
    SupplySite.pod_staff,
    SupplySite.hours_open,
    SupplySite.hours_close,
)


def _place(row: Mapping[str, Any], factors: Factors) -> Place:
    pod = pod_of(row, factors) if row["kind"] == "supply_site" else None
    opening = Opening(pod.hours, pod.opens) if pod else Opening()
    return Place(facts=row, pod=pod, opening=opening)


def _rows(
    session: Session,
    home: Home,
    places: Mapping[int, Place],
    *,
    needs: Sequence[str] | None,
    show: str,
    hours: float,
    most: int,
    past: int,
) -> list[Mapping[str, Any]]:
    pods: list[tuple[int, Pod]] = [(key, one.pod) for key, one in places.items() if one.pod]
    now = home.now()
    given = {
        "ids": list(places),
        "pods": [key for key, _ in pods],
        "pod_people": [pod.people_a_day for _, pod in pods],
        "pod_hours": [pod.hours for _, pod in pods],
        "now": now,
        "today": home.today(),
        "since": now - telling.hours(_BACK_HOURS),
        "least_hours": _LEAST_HOURS,
        "within": hours,
        "needs": needs,
        "show": show,
        "most": most,
        "past": past,
    }
    found = session.execute(named("running_out", "listed"), given).mappings()
    return [dict(row) for row in found]


def _lines(
    session: Session,
    viewer: Viewer,
    rows: Sequence[Mapping[str, Any]],
    places: Mapping[int, Place],
    factors: Factors,
    home: Home,
) -> list[dict[str, Any]]:
    """These rows with what is on its way to them and asked for already."""
    ids = sorted({row["id"] for row in rows})
    kinds = {key: "pod" if places[key].pod else "shelter" for key in ids}
    coming = Coming.find(session, viewer, kinds, factors)
    told = telling.Teller(factors, coming, packs.usual(session, ids), home, viewer)
    return [told.line(row, places[row["id"]]) for row in rows]
