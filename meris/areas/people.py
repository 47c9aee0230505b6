"""How many people live in an area, as far as the counties' populations tell."""

from functools import lru_cache
from typing import Any

import shapely
from shapely.geometry import MultiPolygon

from geo.columns import area_of_wkb
from geo.shapes import share
from meris.fields import Home

_ASSUMES = "An estimate: it takes each county's people to live evenly all over the county."


def living_in(area: MultiPolygon, home: Home) -> dict[str, Any]:
    """`estimate` of people, `counties` with each one's share, and what it assumes.

    The share is the part of the county's extent that lies in the area. `elsewhere` says that the
    area reaches out of the state, where nobody is counted.
    """
    shares, elsewhere = _shares(shapely.to_wkb(area), home)
    counties = [
        {
            "fips": fips,
            "name": home.gazetteer.counties[fips].full_name,
            "share": round(part, 4),
            "population": home.gazetteer.counties[fips].population,
            "estimate": round(part * (home.gazetteer.counties[fips].population or 0)),
        }
        for fips, part in shares
    ]
    return {
        "estimate": sum(county["estimate"] for county in counties),
        "counties": counties,
        "elsewhere": elsewhere,
        "assumes": _ASSUMES,
    }


# Asked for again with every change on the map, while the area itself seldom changes.
@lru_cache(maxsize=200)
def _shares(wkb: bytes, home: Home) -> tuple[tuple[tuple[str, float], ...], bool]:
    """The counties in the area and the part of each, the largest part first; whether it reaches
    into another state."""
    area = area_of_wkb(wkb)
    shapely.prepare(area)
    parts = {c.fips: share(c.geometry, area) for c in home.gazetteer.counties.values()}
    # a shared border has no extent
    inside = [(fips, part) for fips, part in parts.items() if part > 1e-6]
    elsewhere = any(c.geometry.intersects(area) for c in home.gazetteer.neighbors.values())
    return tuple(sorted(inside, key=lambda item: (-item[1], item[0]))), elsewhere
