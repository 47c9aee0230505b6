"""What is inside an area and near it at this moment: counts, and a list of a line each."""

from collections.abc import Iterable, Sequence
from typing import Any

from shapely.geometry import MultiPolygon
from sqlalchemy import CTE, ColumnElement, RowMapping, Select, case, func, select
from sqlalchemy.orm import Session

from geo.columns import boundary_of
from geo.shapes import meters_from
from geo.values import Position
from meris import resources
from meris.accounts import Viewer
from meris.areas.found import found
from meris.areas.people import living_in
from meris.areas.read import find
from meris.errors import Invalid
from meris.fields import Home
from meris.shelters import IN_USE, places_free
from meris.tables import Resource, Shelter

NEAR_KM = 5.0
MOST_KM = 100.0
MOST_LISTED = 200

#: Shelters, then supplies, then units: what people ask about first.
_KINDS = ("shelter", "supply_site", "unit")


def inside(
    session: Session,
    viewer: Viewer,
    area_id: int,
    *,
    home: Home,
    near_km: float = NEAR_KM,
    most: int = 100,
    skip: int = 0,
) -> dict[str, Any]:
    """Counts of what the viewer may see inside and within `near_km`, and a page of it as a list.

    `inside` and `near` hold for each kind `count` and `by_status`; shelters also `open`, `free`
    places in open ones and how many of those say no number (`free_unknown`), `people` in open and
    full ones, and `people_unknown`; units `live`, placed by a device. `people` who live in the
    area are estimated. Call inside `reading`. Raises `NotFound`, `Invalid`.
    """
    check(near_km)
    if not (1 <= most <= MOST_LISTED and 0 <= skip <= 10_000_000):
        raise Invalid(f"Ask for 1 to {MOST_LISTED} at once.")
    area = find(session, viewer.policy, area_id)
    shape = boundary_of(area.shape)
    rows = found(viewer.policy, shape, near_km * 1000).cte("found")
    # one question for both, because to find them is most of the work
    groups = session.execute(_grouped(rows, _page(rows, most, skip))).mappings().all()
    counted = _counts(groups)
    return {
        "area": area.id,
        "version": area.version,
        "near_km": near_km,
        "inside": counted[False],
        "near": counted[True],
        "people": living_in(shape, home),
        "total": sum(kind["count"] for place in counted.values() for kind in place.values()),
        "resources": _listed(session, viewer, groups[0]["page"] or () if groups else (), shape),
    }


def counts(
    session: Session, viewer: Viewer, area_id: int, *, near_km: float = NEAR_KM
) -> dict[str, dict[str, dict[str, Any]]]:
    """Only the counts of `inside`, under the same names. Raises as it does."""
    check(near_km)
    shape = boundary_of(find(session, viewer.policy, area_id).shape)
    rows = found(viewer.policy, shape, near_km * 1000).cte("found")
    counted = _counts(session.execute(_grouped(rows)).mappings().all())
    return {"inside": counted[False], "near": counted[True]}


def check(near_km: float) -> None:
    """Raise `Invalid` for a distance that "near" cannot mean."""
    if not 0 <= near_km <= MOST_KM:
        raise Invalid(f"near_km is 0 to {MOST_KM:g}.")


Counts = dict[str, dict[str, Any]]


def _counts(groups: Sequence[RowMapping]) -> dict[bool, Counts]:
    counted = {near: {kind: _nothing(kind) for kind in _KINDS} for near in (False, True)}
    for row in groups:
        into = counted[row["near"]][row["kind"]]
        into["count"] += row["count"]
        into["by_status"][row["status"]] = row["count"]
        if row["kind"] == "shelter":
            _count_shelters(into, row)
        if row["kind"] == "unit":
            into["live"] += row["live"]
    return counted


def _grouped(rows: CTE, *beside: ColumnElement[Any]) -> Select[Any]:
    """Counts by place, kind and status, and in each row what else is asked for."""
    free = places_free()
    # the others are not looked up among the shelters
    shelter = case((rows.c.kind == "shelter", rows.c.id))
    counted = (
        select(
            rows.c.near,
            rows.c.kind,
            rows.c.status,
            func.count().label("count"),
            func.count(case((rows.c.live, 1))).label("live"),
            func.coalesce(func.sum(free), 0).label("free"),
            (func.count() - func.count(free)).label("free_unknown"),
            func.coalesce(func.sum(Shelter.population_total), 0).label("people"),
            (func.count() - func.count(Shelter.population_total)).label("people_unknown"),
        )
        .outerjoin(Shelter, Shelter.resource_id == shelter)
        .group_by(rows.c.near, rows.c.kind, rows.c.status)
        .subquery("counted")
    )
    # the order from outside: else all that was found is put in order to be grouped by it
    return select(counted, *beside).order_by(counted.c.status)


def _page(rows: CTE, most: int, skip: int) -> ColumnElement[Any]:
    """A page of the list: ids in order, and whether each is near."""
    page = (
        select(rows.c.id, rows.c.near)
        .join(Resource, Resource.id == rows.c.id)
        .order_by(*in_order(rows))
        .limit(most)
        .offset(skip)
        .subquery("page")
    )
    each = func.json_build_array(page.c.id, page.c.near)
    return select(func.json_agg(each)).scalar_subquery().label("page")


def _nothing(kind: str) -> dict[str, Any]:
    counts: dict[str, Any] = {"count": 0, "by_status": {}}
    if kind == "shelter":
        counts |= dict.fromkeys(("open", "free", "free_unknown", "people", "people_unknown"), 0)
    if kind == "unit":
        counts["live"] = 0
    return counts


def _count_shelters(into: dict[str, Any], row: Any) -> None:
    if row["status"] == "open":
        into |= {"open": row["count"], "free": row["free"], "free_unknown": row["free_unknown"]}
    if row["status"] in IN_USE:  # a closed building's old count says nothing
        into["people"] += row["people"]
        into["people_unknown"] += row["people_unknown"]


def _listed(
    session: Session, viewer: Viewer, page: Iterable[tuple[int, bool]], shape: MultiPolygon
) -> list[dict[str, Any]]:
    """A line for each, in order; `meters` from the edge for what is near."""
    near = dict(page)
    briefs = resources.briefs(session, viewer, near)
    far = _distances(shape, [brief for brief in briefs if near[brief["id"]]])
    return [
        {**brief, "near": near[brief["id"]], "meters": far.get(brief["id"], 0)} for brief in briefs
    ]


def in_order(rows: CTE) -> tuple[Any, ...]:
    """Inside before near, shelters before supplies before units, then by name."""
    rank = case({kind: i for i, kind in enumerate(_KINDS)}, value=rows.c.kind)
    return rows.c.near, rank, Resource.name, rows.c.id


def _distances(shape: MultiPolygon, briefs: Sequence[dict[str, Any]]) -> dict[int, int]:
    if not briefs:
        return {}
    away = meters_from(shape, [Position(brief["lat"], brief["lon"]) for brief in briefs])
    return {brief["id"]: round(meters) for brief, meters in zip(briefs, away, strict=True)}
