"""The questions, put to a real PostGIS: the right rows, and an index that finds them."""

import random
from collections.abc import Iterator

import pytest
import shapely
from sqlalchemy import Column, Connection, Integer, MetaData, Select, Table, insert, select, text

from geo.columns import as_wkb, point_column, position_of
from geo.queries import geography_index, inside, meters_to, near, touching, within_meters
from geo.values import Bounds, Position

CAPITOL = Position(38.5791, -92.1729)

place = Table(
    "place_of_test",
    MetaData(),
    Column("id", Integer, primary_key=True),
    Column("position", point_column(spatial_index=False)),
    geography_index("ix_place_of_test_geography", "position"),
    prefixes=["TEMPORARY"],
)


def _positions() -> list[Position]:
    chance = random.Random(5)
    return [
        Position(chance.uniform(36, 40.6), chance.uniform(-95.7, -89.1)).rounded()
        for _ in range(5_000)
    ]


POSITIONS = _positions()


@pytest.fixture
def places(connection: Connection) -> Iterator[Connection]:
    """5,000 positions in a table that only this connection sees, and one row without a position."""
    place.create(connection)
    connection.execute(
        text("CREATE INDEX ix_place_of_test_position ON place_of_test USING gist (position)")
    )
    rows = [{"id": n, "position": as_wkb(position)} for n, position in enumerate(POSITIONS)]
    connection.execute(insert(place), [*rows, {"id": 9_999, "position": None}])
    connection.execute(text("ANALYZE place_of_test"))
    yield connection
    place.drop(connection)


def plan(connection: Connection, question: Select[tuple[int]]) -> str:
    statement = question.compile(connection.engine, compile_kwargs={"render_postcompile": True})
    lines = connection.exec_driver_sql(f"EXPLAIN {statement}", statement.params)
    return "\n".join(line for (line,) in lines)


def test_a_box_holds_what_lies_in_it(places: Connection) -> None:
    box = Bounds(-92.6, 38.3, -91.9, 38.9)
    question = select(place.c.id).where(inside(place.c.position, box))
    expected = {n for n, position in enumerate(POSITIONS) if box.contains(position)}
    assert set(places.scalars(question)) == expected
    assert len(expected) > 20
    assert "ix_place_of_test_position" in plan(places, question)


def test_a_box_holds_its_edge_to_the_last_digit(places: Connection) -> None:
    """The index rounds to 32 bits, some meters; the answer must not."""
    there = POSITIONS[0]
    on_it = Bounds(there.lon, there.lat, there.lon + 0.1, there.lat + 0.1)
    beside = Bounds(there.lon + 1e-7, there.lat, there.lon + 0.1, there.lat + 0.1)
    assert 0 in places.scalars(select(place.c.id).where(inside(place.c.position, on_it))).all()
    assert 0 not in places.scalars(select(place.c.id).where(inside(place.c.position, beside))).all()


def test_a_shape_touches_what_lies_in_it(places: Connection) -> None:
    triangle = shapely.Polygon([(-93, 38), (-92, 38), (-92.5, 39)])
    question = select(place.c.id).where(touching(place.c.position, triangle))
    expected = {
        n for n, at in enumerate(POSITIONS) if triangle.intersects(shapely.Point(at.lon, at.lat))
    }
    assert set(places.scalars(question)) == expected
    assert "ix_place_of_test_position" in plan(places, question)


def test_a_column_touches_another(places: Connection) -> None:
    other = place.alias()
    question = (
        select(other.c.id)
        .join(place, touching(place.c.position, other.c.position))
        .where(place.c.id == 7)
    )
    assert places.scalars(question).all() == [7]


def test_the_nearest_come_first_by_meters_and_from_the_index(places: Connection) -> None:
    """By degrees a place to the north would seem as far as one a fifth farther to the east."""
    question = (
        select(place.c.id)
        .where(place.c.position.is_not(None))
        .order_by(near(place.c.position, CAPITOL))
        .limit(20)
    )
    by_distance = sorted(range(len(POSITIONS)), key=lambda n: POSITIONS[n].meters_to(CAPITOL))
    assert places.scalars(question).all() == by_distance[:20]
    explained = plan(places, question)
    assert "Index Scan using ix_place_of_test_geography" in explained
    assert "Sort" not in explained


def test_within_some_meters(places: Connection) -> None:
    question = select(place.c.id).where(within_meters(place.c.position, CAPITOL, 25_000))
    expected = {n for n, position in enumerate(POSITIONS) if position.meters_to(CAPITOL) < 25_000}
    assert set(places.scalars(question)) == expected
    assert "ix_place_of_test_geography" in plan(places, question)


def test_distances_are_those_of_the_ellipsoid(places: Connection) -> None:
    question = select(meters_to(place.c.position, CAPITOL)).where(place.c.id == 0)
    assert places.scalar(question) == pytest.approx(POSITIONS[0].meters_to(CAPITOL), rel=0.005)


def test_what_was_stored_is_read_back(places: Connection) -> None:
    rows = places.execute(select(place.c.id, place.c.position).order_by(place.c.id)).all()
    assert [position_of(row.position) for row in rows] == [*POSITIONS, None]
