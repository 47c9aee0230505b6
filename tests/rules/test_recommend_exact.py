"""The walk outward gives the answer that weighing every unit gives, on worlds made at random."""

import random
from datetime import UTC, datetime

import pytest
from shapely.geometry import box
from sqlalchemy import insert, update
from sqlalchemy.dialects.postgresql import Range

from geo.columns import boundary_as_wkb
from geo.values import Position
from meris.dispatch import candidates, choosing
from meris.dispatch.keeping import Keep
from meris.dispatch.recommend import Need, recommend
from meris.tables import Area, CoverRule, UnitProfile
from tests import makers
from tests.rules.brute_force import Asked, Made, World, hours_from

COUNTIES = ("29019", "29051", "29007")
TYPES = ("engine", "ladder", "helicopter", "patrol")
STATUSES = ("available",) * 6 + ("staged", "out_of_service", "off_duty", "returning")
SKILLS = ("extrication", "swift water")
BASES = ("Station 1", "Station 2", None)
PROFILES = {
    "engine": (55.0, 1.5, 24.0, False),
    "ladder": (50.0, 2.0, 12.0, False),
    "helicopter": (220.0, 10.0, 12.0, True),
    "patrol": (75.0, 0.0, 10.0, False),
}
HERE = Position(38.6, -92.2)
#: Each is a world of its own; a failure names it.
SEEDS = range(16)


def place(chance, reach):
    return Position(
        HERE.lat + chance.uniform(-reach, reach), HERE.lon + chance.uniform(-reach, reach)
    )


def maybe(chance, share, value):
    return value if chance.random() < share else None


def facts(chance, agencies, reach):
    """A unit at random within `reach` degrees, as it will be made."""
    fix = maybe(chance, 0.4, place(chance, reach))
    return Made(
        id=0,
        type=chance.choice(TYPES),
        status=chance.choice(STATUSES),
        county=chance.choice(COUNTIES),
        agency=chance.choice(agencies),
        # some stand at the very same place, and some where it happens
        recorded=chance.choice([*(place(chance, reach) for _ in range(6)), HERE]),
        recorded_hours=maybe(chance, 0.6, -chance.uniform(0.1, 60)),
        radius_m=maybe(chance, 0.2, chance.randint(100, 20_000)),
        fix=fix,
        fix_minutes=chance.choice([chance.uniform(0.2, 9), chance.uniform(11, 300)]),
        fix_speed=maybe(chance, 0.5, chance.uniform(0, 20)),
        level=maybe(chance, 0.7, chance.randint(1, 4)),
        skills=tuple(skill for skill in SKILLS if chance.random() < 0.5),
        base=chance.choice(BASES),
        on_duty_hours=maybe(chance, 0.5, chance.uniform(-3, 90)),
        leaves_hours=maybe(chance, 0.2, chance.uniform(-1, 10)),
    )


def make(session, chance, unit, incident, now):
    """The unit's rows."""
    unit.id = makers.unit(
        session,
        at=unit.recorded,
        type=unit.type,
        status=unit.status,
        county_fips=unit.county,
        agency_id=unit.agency,
        position_at=hours_from(now, unit.recorded_hours),
        position_radius_m=unit.radius_m,
        type_level=unit.level,
        capabilities=list(unit.skills) or None,
        home_base=unit.base,
        available_from=hours_from(now, None if unit.on_duty_hours is None else -unit.on_duty_hours),
        available_until=hours_from(now, unit.leaves_hours),
    )
    if unit.fix:
        makers.fix(session, unit.id, unit.fix, hours_from(now, -unit.fix_minutes / 60))
        session.execute(
            update(makers.UnitPosition)
            .where(makers.UnitPosition.resource_id == unit.id)
            .values(speed_mps=unit.fix_speed)
        )
    if unit.status in ("available", "staged"):
        _work(session, chance, unit, incident, now)


def _work(session, chance, unit, incident, now):
    """Something done, something to do."""

    def assign(status, begin, end, **values):
        during = Range(hours_from(now, begin), hours_from(now, end))
        values |= {"during": during, "status_at": values.get("status_at", hours_from(now, begin))}
        makers.assignment(session, unit.id, incident, status, **values)

    if chance.random() < 0.3:
        begin = -chance.uniform(2, 40)
        end = begin + chance.uniform(0.5, min(20, -begin))
        times = {"dispatched_at": hours_from(now, begin), "status_at": hours_from(now, end)}
        assign("released", begin, end, **times)
        unit.work.append((begin, end))
    if chance.random() < 0.2:
        unit.booked_hours = chance.uniform(0.5, 12)
        assign("reserved", unit.booked_hours, unit.booked_hours + 2, booked=True)
    kind = chance.random()
    if kind < 0.15:
        unit.held = True
        assign("reserved", -0.1, 0.2)
    elif kind < 0.25:
        assign("reserved", -0.5, -0.1)  # it ran out
    elif kind < 0.35:
        unit.committed = True
        assign("dispatched", -0.2, 0.4, dispatched_at=hours_from(now, -0.2))


def asked_for(chance):
    return [
        Asked(
            chance.randint(1, 6),
            tuple(chance.sample(TYPES, chance.randint(1, 3))),
            maybe(chance, 0.5, chance.randint(1, 4)),
            tuple(chance.sample(SKILLS, 1)) if chance.random() < 0.3 else (),
        )
        for _ in range(chance.randint(1, 4))
    ]


def rules(session, chance, now, reach):
    """Minimum cover, and an area of danger."""
    cover = [
        (county, tuple(chance.sample(TYPES, 2)), chance.randint(1, 8))
        for county in COUNTIES
        if chance.random() < 0.6
    ]
    for county, types, minimum in cover:
        row = {"county_fips": county, "unit_types": list(types), "minimum": minimum}
        session.execute(insert(CoverRule).values(row))
    if chance.random() < 0.5:
        return cover, None
    corner = place(chance, reach)
    danger = (corner.lon, corner.lat, corner.lon + reach, corner.lat + reach)
    area = {"kind": "hazard", "name": "Smoke", "created_by": "Dana", "starts_at": now}
    session.execute(insert(Area).values({**area, "shape": boundary_as_wkb(box(*danger))}))
    return cover, danger


@pytest.fixture
def few_at_first(monkeypatch):
    """The walks start with one unit, so that they have to be drawn out again and again."""
    monkeypatch.setattr(choosing, "first_step", lambda _needs, _most: 1)
    monkeypatch.setattr(candidates, "_GROWTH", 2)


@pytest.mark.parametrize("seed", SEEDS)
def test_the_same_answer_as_by_brute_force(session, cast, few_at_first, seed):
    chance = random.Random(seed)
    # a transaction's now() lies before this
    now = datetime.now(UTC)
    for kind, (speed, turnout, rest, flies) in PROFILES.items():
        values = {"speed_kmh": speed, "turnout_minutes": turnout, "rest_after_hours": rest}
        statement = update(UnitProfile).where(UnitProfile.unit_type == kind)
        session.execute(statement.values(**values, flies=flies))
    agencies = [makers.agency(session, name) for name in ("North Fire", "South Fire")]
    incident = makers.incident(session, at=HERE)
    # crowded worlds, where what speaks against a unit weighs most, and wide ones
    reach = chance.choice([0.05, 0.2, 0.6, 1.5])
    units = [facts(chance, agencies, reach) for _ in range(chance.randint(5, 70))]
    for unit in units:
        make(session, chance, unit, incident, now)
    cover, danger = rules(session, chance, now, reach)
    asked = asked_for(chance)
    keep = maybe(chance, 0.4, (chance.randint(1, 2), chance.choice(["station", "county"])))
    within = maybe(chance, 0.4, chance.uniform(5, 90))
    most, uncommitted = chance.randint(0, 6), chance.random() < 0.3

    answer = recommend(
        session,
        cast.viewer("dana"),
        position=HERE,
        needs=[Need(n.count, n.types, n.level, n.skills) for n in asked],
        within_minutes=within,
        keep=Keep(*keep) if keep else None,
        most=most,
        uncommitted=uncommitted,
        now=now,
    )

    world = World(units, PROFILES, cover, danger, within, keep, uncommitted)
    picks, others = world.chosen(HERE, asked, most)
    for line, best, next_best in zip(answer.lines, picks, others, strict=True):
        assert told(line.picks) == rounded(best)
        assert told(line.runners_up) == rounded(next_best)
        assert line.short == line.need.count - len(best)


def told(some):
    return [(pick.unit_id, round(pick.eta_minutes, 5), round(pick.score, 5)) for pick in some]


def rounded(some):
    return [(number, round(minutes, 5), round(score, 5)) for number, minutes, score in some]
