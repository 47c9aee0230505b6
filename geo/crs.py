"""Coordinates of another system than WGS 84, as files name it."""

import re
from collections.abc import Callable

from pyproj import CRS, Transformer
from pyproj.exceptions import CRSError, ProjError

from geo.values import SRID

_CODE = re.compile(r"\b(EPSG|ESRI)\W{1,2}(?:[\d.]*\W{1,2})?(\d{4,6})$", re.IGNORECASE)
_DIGITS = 7

#: Longitude and latitude in degrees of x and y in a system.
ToDegrees = Callable[[float, float], tuple[float, float]]


def is_wgs84(name: str) -> bool:
    """Whether a coordinate system's name in a file means longitude and latitude of WGS 84."""
    found = _CODE.search(name.strip())
    return name.strip().upper().endswith("CRS84") or bool(found and int(found[2]) == SRID)


def to_degrees(name: str) -> ToDegrees | None:
    """What turns x and y of a named system (`urn:ogc:def:crs:EPSG::26915`, `EPSG:3857`) into
    longitude and latitude; None for a name that is not known. The numbers it gives may be
    infinite where x and y lie outside of the system."""
    found = _CODE.search(name.strip())
    if found is None:
        return None
    try:
        system = CRS.from_authority(found[1].upper(), int(found[2]))
        transformer = Transformer.from_crs(system, CRS.from_epsg(SRID), always_xy=True)
    except (CRSError, ProjError):
        return None

    def turn(x: float, y: float) -> tuple[float, float]:
        lon, lat = transformer.transform(x, y)
        return round(lon, _DIGITS), round(lat, _DIGITS)

    return turn
