"""One box for everything: positions in any notation, places, and resources by name or address."""

import re
from typing import Any

from sqlalchemy import ColumnElement, and_, func, select
from sqlalchemy.orm import Session

from geo.gazetteer import Gazetteer
from geo.notation import read_position
from geo.values import NotAPlace
from meris.accounts import Policy
from meris.tables import Change, County, Resource

MOST_IDS = 5_000
MOST_SHOWN = 20
MOST_PLACES = 6
_SHORTEST_FOR_TRIGRAMS = 3
_UPLOAD = re.compile(r"upload:([0-9]{1,18})")


def search(session: Session, policy: Policy, query: str, gazetteer: Gazetteer) -> dict[str, Any]:
    """Places and resources that a person may mean by `query` (at most 200 characters are read)."""
    words = " ".join(query.split())[:200]
    if not words:
        return {"query": "", "places": [], "resources": [], "ids": [], "more": False}
    ids = _resource_ids(session, policy, words)
    return {
        "query": words,
        "places": _positions(words) or _places(words, gazetteer),
        "resources": _shown(session, policy, words, ids),
        "ids": ids[:MOST_IDS],
        "more": len(ids) > MOST_IDS,
    }


def _positions(words: str) -> list[dict[str, Any]]:
    try:
        reading = read_position(words)
    except NotAPlace:
        return []
    return [
        {
            "title": words,
            "what": reading.notation,
            "lat": reading.position.lat,
            "lon": reading.position.lon,
            "bounds": None,
            "precision_m": reading.precision_m,
        }
    ]


def _places(words: str, gazetteer: Gazetteer) -> list[dict[str, Any]]:
    return [
        {
            "title": place.title,
            "what": place.what,
            "lat": place.position.lat,
            "lon": place.position.lon,
            "bounds": place.bounds.as_list() if place.bounds else None,
            "precision_m": place.radius_m,
        }
        for place in gazetteer.search(words, MOST_PLACES)
    ]


def _resource_ids(session: Session, policy: Policy, words: str) -> list[int]:
    asked = _of_upload(words)
    if asked is None:
        asked = matches(words)
    statement = select(Resource.id).where(policy.condition(), asked).limit(MOST_IDS + 1)
    return list(session.scalars(statement))


def _of_upload(words: str) -> ColumnElement[bool] | None:
    """The resources an upload touched, asked for as `upload:12`; None for any other words."""
    asked = _UPLOAD.fullmatch(words)
    if asked is None:
        return None
    touched = select(Change.resource_id).where(Change.upload_id == int(asked[1]))
    return Resource.id.in_(touched)


def matches(words: str) -> ColumnElement[bool]:
    """Rows that hold every word somewhere; a search too short for trigrams goes by the name."""
    parts = words.lower().split()
    if max(map(len, parts)) < _SHORTEST_FOR_TRIGRAMS:
        return func.lower(Resource.name).like(escaped(" ".join(parts)) + "%", escape="\\")
    return and_(*(Resource.search_text.like(f"%{escaped(p)}%", escape="\\") for p in parts))


def escaped(part: str) -> str:
    """A word for LIKE, with its wildcards taken literally."""
    return re.sub(r"([\\%_])", r"\\\1", part)


def _shown(session: Session, policy: Policy, words: str, ids: list[int]) -> list[dict[str, Any]]:
    """The first few, names that begin with the words before all others."""
    if not ids:
        return []
    begins = func.lower(Resource.name).like(escaped(words.lower()) + "%", escape="\\")
    statement = (
        select(
            Resource.id,
            Resource.kind,
            Resource.name,
            Resource.status,
            Resource.city,
            County.name.label("county"),
        )
        .outerjoin(County, County.fips == Resource.county_fips)
        .where(policy.condition(), Resource.id.in_(ids[:MOST_IDS]))
        .order_by(begins.desc(), func.lower(Resource.name), Resource.id)
        .limit(MOST_SHOWN)
    )
    return [dict(row) for row in session.execute(statement).mappings()]
