"""GeoJSON (RFC 7946): longitude first, WGS 84 and no `crs`, shells counter-clockwise."""

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely
from shapely.geometry.base import BaseGeometry

from geo.values import Bounds, Position

MEDIA_TYPE = "application/geo+json"

#: Decimals of a degree: 0.1 m, finer than anything here is known to.
_DIGITS = 6


def feature(
    place: Position | BaseGeometry | None,
    properties: Mapping[str, Any] | None = None,
    *,
    identity: str | int | None = None,
) -> dict[str, Any]:
    """A Feature; `place` None for what has no place yet, `identity` its `id` member."""
    members: dict[str, Any] = {"type": "Feature"}
    if identity is not None:
        members["id"] = identity
    members["geometry"] = geometry(place)
    members["properties"] = None if properties is None else dict(properties)
    return members


def feature_collection(
    features: Iterable[Mapping[str, Any]], *, bounds: Bounds | None = None, **members: Any
) -> dict[str, Any]:
    """A FeatureCollection; `members` are further ones, such as `links`."""
    collection: dict[str, Any] = {"type": "FeatureCollection", **members}
    if bounds is not None:
        collection["bbox"] = bounds.as_list()
    collection["features"] = list(features)
    return collection


def geometry(place: Position | BaseGeometry | None) -> dict[str, Any] | None:
    """The geometry object of a place: WGS 84, longitude first where it is a shape."""
    if place is None:
        return None
    if isinstance(place, Position):
        at = place.rounded(_DIGITS)
        return {"type": "Point", "coordinates": [at.lon, at.lat]}
    rounded = shapely.transform(place, _rounded)
    wound = shapely.orient_polygons(rounded, exterior_cw=False)
    members: dict[str, Any] = shapely.geometry.mapping(wound)
    return members


def _rounded(points: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    return np.round(points, _DIGITS)
