import math

from geo.build.labels import first_zooms
from geo.build.places import Town


def town(name: str, lat: float, lon: float, population: int) -> Town:
    return Town(name, "MO", "29019", lat, lon, population, 0)


def test_big_towns_are_named_from_afar_and_hamlets_when_near() -> None:
    towns = [
        town("Metropolis", 38.0, -92.0, 400_000),
        town("Town", 39.5, -93.5, 10_000),
        town("Hamlet", 37.0, -90.5, 0),
    ]
    assert first_zooms(towns) == [5, 8, 11]


def test_a_suburb_waits_until_its_name_fits_beside_the_citys() -> None:
    city, suburb = town("Metropolis", 38.0, -92.0, 400_000), town("Suburb", 38.0, -91.95, 300_000)
    first, second = first_zooms([city, suburb])
    assert first < second
    apart = (suburb.lon - city.lon) / 360 * 256 * 2**second
    assert apart > (len("Metropolis") + len("Suburb")) * 7 / 2
    assert apart < (len("Metropolis") + len("Suburb")) * 14


def test_two_towns_on_one_spot_are_both_named_in_the_end() -> None:
    towns = [town("One", 38.0, -92.0, 5_000), town("Other", 38.0, -92.0, 4_000)]
    assert first_zooms(towns)[1] == 13


def test_at_no_zoom_do_two_names_touch() -> None:
    """A field of a thousand towns, deterministic and crowded."""
    towns = [
        town(f"Town {n}", 37 + math.sin(n) ** 2 * 3, -95 + (n * 0.618 % 1) * 5, 300_000 - 200 * n)
        for n in range(1_000)
    ]
    zooms = first_zooms(towns)
    for zoom in range(5, 13):
        named = [towns[n] for n in range(1_000) if zooms[n] <= zoom]
        assert not any(_touch(a, b, zoom) for i, a in enumerate(named) for b in named[:i])


def _touch(a: Town, b: Town, zoom: int) -> bool:
    world = 256 * 2**zoom
    x = abs(a.lon - b.lon) / 360 * world
    y = abs(_mercator(a.lat) - _mercator(b.lat)) * world
    return x < (len(a.name) + len(b.name)) * 7 / 2 and y < 16


def _mercator(lat: float) -> float:
    return math.asinh(math.tan(math.radians(lat))) / (2 * math.pi)
