"""What is inside an area and near it at this moment: counts, and a list of a line each."""

from collections.abc import Sequence
from typing import Any

from shapely.geometry import MultiPolygon
from sqlalchemy import CTE, case, func, select
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
from meris.shelters import places_free
from meris.tables import Resource, Shelter

NEAR_KM = 5.0
MOST_KM = 100.0
MOST_LISTED = 200

#: Shelters, then supplies, then units: what people ask about first.
_KINDS = ("shelter", "supply_site", "unit")
#: Whose people are counted; a closed building's old count says nothing.
_IN_USE = ("open", "full")


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
    counted = _counts(session, rows)
    return {
        "area": area.id,
        "version": area.version,
        "near_km": near_km,
        "inside": counted[False],
        "near": counted[True],
        "people": living_in(shape, home),
        "total": sum(kind["count"] for place in counted.values() for kind in place.values()),
        "resources": _listed(session, viewer, rows, shape, most, skip),
    }


def counts(
    session: Session, viewer: Viewer, area_id: int, *, near_km: float = NEAR_KM
) -> dict[str, dict[str, dict[str, Any]]]:
    """Only the counts of `inside`, under the same names. Raises as it does."""
    check(near_km)
    shape = boundary_of(find(session, viewer.policy, area_id).shape)
    counted = _counts(session, found(viewer.policy, shape, near_km * 1000).cte("found"))
    return {"inside": counted[False], "near": counted[True]}


def check(near_km: float) -> None:
    """Raise `Invalid` for a distance that "near" cannot mean."""
    if not 0 <= near_km <= MOST_KM:
        raise Invalid(f"Near is 0 to {MOST_KM:g} km away.")


Counts = dict[str, dict[str, Any]]


def _counts(session: Session, rows: CTE) -> dict[bool, Counts]:
    counted = {near: {kind: _nothing(kind) for kind in _KINDS} for near in (False, True)}
    for row in session.execute(_grouped(rows)).mappings():
        into = counted[row["near"]][row["kind"]]
        into["count"] += row["count"]
        into["by_status"][row["status"]] = row["count"]
        if row["kind"] == "shelter":
            _count_shelters(into, row)
        if row["kind"] == "unit":
            into["live"] += row["live"]
    return counted


def _grouped(rows: CTE) -> Any:
    free = places_free()
    return (
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
        .outerjoin(Shelter, Shelter.resource_id == rows.c.id)
        .group_by(rows.c.near, rows.c.kind, rows.c.status)
        .order_by(rows.c.status)
    )


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
    if row["status"] in _IN_USE:
        into["people"] += row["people"]
        into["people_unknown"] += row["people_unknown"]


def _listed(
    session: Session, viewer: Viewer, rows: CTE, shape: MultiPolygon, most: int, skip: int
) -> list[dict[str, Any]]:
    """A page of the list, in order; `meters` from the edge for what is near."""
    statement = (
        select(rows.c.id, rows.c.near)
        .join(Resource, Resource.id == rows.c.id)
        .order_by(*in_order(rows))
        .limit(most)
        .offset(skip)
    )
    near = {row.id: row.near for row in session.execute(statement)}
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
