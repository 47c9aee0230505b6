"""What the public asks for, read from an address: which page or feed, near where, with what."""

import re
from functools import lru_cache
from typing import NamedTuple
from urllib.parse import parse_qs, urlencode

from meris.language import ENGLISH, LANGUAGES
from meris.public.places import LONGEST

PAGE, CSV, GEOJSON = "/shelters", "/shelters.csv", "/shelters.geojson"
_ONE = re.compile(r"/shelters/(\d{1,18})/?")
_COUNTY = re.compile(r"\d{5}")
_MOST_PAGES = 10_000
_REMEMBERED = 10_000


class Question(NamedTuple):
    """One answer of its own: a form that is spelled differently asks the same.

    `what` is an address without its id; `county` a FIPS code; `page` counts from 1. `language` is
    what the address itself asks for, if anything; `spoken` is what the answer is in.
    """

    what: str
    near: str = ""
    county: str = ""
    pets: bool = False
    wheelchair: bool = False
    page: int = 1
    id: int = 0
    language: str = ""
    spoken: str = ENGLISH

    def address(self, **changed: object) -> str:
        """Where to ask this, with something changed; a change of the choice begins at page 1."""
        other = self._replace(**{"page": 1, **changed})  # type: ignore[arg-type]
        asked = {
            "near": other.near,
            "county": other.county,
            "pets": "1" if other.pets else "",
            "wheelchair": "1" if other.wheelchair else "",
            "page": str(other.page) if other.page > 1 else "",
            "language": other.language,
        }
        query = urlencode({name: text for name, text in asked.items() if text})
        path = f"{other.what}/{other.id}" if other.id else other.what
        return path + (f"?{query}" if query else "")

    def only(self, **changed: object) -> str:
        """Where to ask something else in the same language."""
        return Question(self.what, language=self.language).address(**changed)


@lru_cache(maxsize=_REMEMBERED)
def read(path: str, query: str) -> Question | None:
    """The question; None where nothing is at the address. What cannot be read is not asked."""
    one, what = _ONE.fullmatch(path), path.rstrip("/")
    if one is None and what not in (PAGE, CSV, GEOJSON):
        return None
    given = {name: values[-1] for name, values in _values(query).items()}
    language = given.get("language", "")
    language = language if language in LANGUAGES else ""
    if one:
        return Question(PAGE, id=int(one[1]), language=language)
    near = " ".join(given.get("near", "")[:LONGEST].split())
    county = given.get("county", "")
    return Question(
        what,
        near if what == PAGE else "",
        county if _COUNTY.fullmatch(county) else "",
        bool(given.get("pets")),
        bool(given.get("wheelchair")),
        _page(given.get("page", "")) if what == PAGE else 1,
        language=language if what == PAGE else "",
    )


def _values(query: str) -> dict[str, list[str]]:
    try:
        return parse_qs(query, max_num_fields=20, errors="replace")
    except ValueError:  # more fields than any form of ours has
        return {}


def _page(text: str) -> int:
    number = int(text) if text.isascii() and text.isdecimal() and len(text) < 6 else 1
    return min(max(number, 1), _MOST_PAGES)
