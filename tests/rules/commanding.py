"""A small world for commands: a fire at Joplin, the units around it, and namesakes elsewhere."""

from dataclasses import dataclass

from sqlalchemy import insert
from sqlalchemy.orm import Session

from geo.values import Position
from meris.commands import Context, Understood, understand
from meris.fields import Home
from meris.tables import IncidentNeed
from tests import makers
from tests.people import Cast

JOPLIN = Position(37.08423, -94.51328)
_JASPER, _GREENE, _BOONE = "29097", "29077", "29019"


def _beside(meters: float) -> Position:
    return Position(JOPLIN.lat + meters / 111_195, JOPLIN.lon)


@dataclass
class Stage:
    """The world, and Dana, who has the fire in hand, typing."""

    session: Session
    cast: Cast
    home: Home
    ids: dict[str, int]

    def type(
        self,
        line: str,
        who: str = "dana",
        *,
        in_hand: str | None = "fire",
        looking_at: str | None = None,
    ) -> Understood:
        """What a line is understood as; `looking_at` a unit whose detail is open."""
        incident = self.ids[in_hand] if in_hand else None
        unit = self.ids[looking_at] if looking_at else None
        context = Context(incident_id=incident, unit_id=unit)
        return understand(self.session, self.cast.viewer(who), line, context, self.home)


def build(session: Session, cast: Cast, home: Home) -> Stage:
    """Joplin with E12, E14, L3, C1, and M7 on its way to the fire; other E12s far away."""
    joplin = makers.agency(session, "Joplin Fire Department", kind="fire", county_fips=_JASPER)
    ids = {
        "fire": makers.incident(
            session, at=JOPLIN, number="2026-000012", county_fips=_JASPER, status="active"
        ),
        "crash": makers.incident(
            session,
            at=Position(37.17, -94.31),
            number="2026-000014",
            type="traffic",
            title="Traffic collision",
            priority=2,
            county_fips=_JASPER,
        ),
    }
    units = (
        ("E12", "Engine 12", "engine", 800, {"type_level": 3}),
        ("E14", "Engine 14", "engine", 1_500, {"type_level": 3}),
        ("L3", "Ladder 3", "ladder", 900, {}),
        ("C1", "Command 1", "command", 1_000, {}),
        ("M7", "Medic 7", "ambulance_als", 1_200, {}),
    )
    for unit_id, name, kind, away, more in units:
        ids[unit_id] = makers.unit(
            session,
            at=_beside(away),
            agency_id=joplin,
            name=f"Joplin {name}",
            unit_id=unit_id,
            call_sign=name,
            type=kind,
            county_fips=_JASPER,
            home_base="Station 1",
            **more,
        )
    needs = ((2, ["engine"]), (1, ["ladder"]), (1, ["command"]), (1, ["ambulance_als"]))
    for rank, (count, kinds) in enumerate(needs):
        row = {"incident_id": ids["fire"], "rank": rank, "count": count, "unit_types": kinds}
        session.execute(insert(IncidentNeed).values(row))
    ids["at_fire"] = makers.assignment(session, ids["M7"], ids["fire"], par_minutes=20)
    _elsewhere(session, ids)
    return Stage(session, cast, home, ids)


def _elsewhere(session: Session, ids: dict[str, int]) -> None:
    """Namesakes, a shelter with room and one without, and a cache with cots."""
    for town, at, fips in (
        ("Springfield", makers.SPRINGFIELD, _GREENE),
        ("Columbia", makers.COLUMBIA, _BOONE),
    ):
        ids[f"E12 {town}"] = makers.unit(
            session, at=at, name=f"{town} Engine 12", unit_id="E-12", county_fips=fips
        )
    for name, places, people in (("Memorial Hall", 120, 20), ("Lincoln School", 120, 100)):
        ids[name] = makers.shelter(
            session,
            at=_beside(2_000),
            name=name,
            county_fips=_JASPER,
            post_impact_capacity=places,
            population_total=people,
        )
    ids["cache"] = makers.supply_site(session, at=_beside(3_000), name="Jasper cache")
    makers.stock(session, ids["cache"], item_code="COT-STD", quantity_on_hand=150)
