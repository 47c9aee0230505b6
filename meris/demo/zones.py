"""The areas of the exercise, and how many units each county wants to keep back."""

from datetime import timedelta

import shapely
from sqlalchemy import insert, select, text
from sqlalchemy.orm import Session

from geo.columns import boundary_as_wkb
from meris.demo.story import Hazard
from meris.demo.world import World
from meris.tables import Area, Incident

#: How far from its line a hazard reaches, and how far around it people are moved; km.
_REACH = {"tornado": (0.7, None), "flood": (1.8, 4.0)}
#: The share of a county's units that has to stay: any of these kinds.
_COVER = text("""
    INSERT INTO cover_rule (county_fips, unit_types, minimum)
    SELECT r.county_fips, k.kinds, greatest(1, round(0.3 * count(*)))
    FROM (VALUES (ARRAY['engine']), (ARRAY['ambulance_als', 'ambulance_bls'])) AS k (kinds)
    JOIN resource r ON r.kind = 'unit' AND r.type = ANY (k.kinds) AND r.county_fips IS NOT NULL
    JOIN county c ON c.fips = r.county_fips AND c.served
    GROUP BY r.county_fips, k.kinds
    HAVING count(*) > 1
""")


def draw(session: Session, world: World) -> int:
    """The areas that each hazard makes dangerous, and where units gather; how many."""
    incidents = {row.title: row.id for row in session.execute(select(Incident.title, Incident.id))}
    rows = [
        row | {"incident_id": incidents.get(hazard.title), "starts_at": world.clock.impact}
        for hazard in world.story.hazards
        for row in _areas(world, hazard)
    ]
    for row in rows:
        session.execute(insert(Area).values(created_by="Dispatch", **row))
    return len(rows)


def _areas(world: World, hazard: Hazard) -> list[dict[str, object]]:
    reach, moved = _REACH[hazard.kind]
    near = hazard.around(reach)
    areas = [_row("hazard", f"{hazard.title}: damage", near)]
    if hazard.kind == "flood":
        areas = [_row("hazard", f"{hazard.title}: under water", near)]
    if moved:
        ends = world.clock.now + timedelta(hours=36)
        ring = hazard.around(moved).difference(near)
        areas.append(_row("evacuation", f"{hazard.title}: leave", ring) | {"ends_at": ends})
    middle = hazard.along(0.45)
    yard = shapely.box(middle.lon + 0.05, middle.lat + 0.05, middle.lon + 0.062, middle.lat + 0.059)
    return [*areas, _row("staging", f"Staging, {hazard.title}", yard)]


def _row(kind: str, name: str, shape: shapely.Geometry) -> dict[str, object]:
    assert isinstance(shape, shapely.Polygon | shapely.MultiPolygon)
    simple = shapely.set_precision(shape, 1e-5)
    assert isinstance(simple, shapely.Polygon | shapely.MultiPolygon)
    return {"kind": kind, "name": name, "shape": boundary_as_wkb(simple)}


def keep_back(session: Session) -> int:
    """A minimum of engines and ambulances for each county; how many rules."""
    session.execute(_COVER)
    return session.scalar(text("SELECT count(*) FROM cover_rule")) or 0
