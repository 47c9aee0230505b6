"""The public's pages and feeds, made from an edition: whole, without a script, style and all in
one answer."""

import base64
import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import quote

from jinja2 import Environment, FileSystemLoader
from markupsafe import Markup

from meris.fields import Home
from meris.language import LANGUAGES, speaking, teach
from meris.public import feeds, places, words
from meris.public.editions import Edition
from meris.public.open_shelters import OpenShelter
from meris.settings import Settings
from meris.web import assets
from meris.web.palette import stand_alone
from meris.web.public_questions import CSV, GEOJSON, PAGE, Question

#: Shelters on a page: what a thumb scrolls through, and two sheets of paper.
A_PAGE = 25
_HTML = "text/html; charset=utf-8"
_DIGITS = 5


@dataclass(frozen=True)
class Made:
    """A finished answer before it is packed."""

    status: str
    kind: str
    body: bytes


@dataclass(frozen=True)
class Listed:
    """A shelter in a list, and how far it is from the place asked for, in meters."""

    shelter: OpenShelter
    away_m: float | None = None


@dataclass(frozen=True)
class Chosen:
    """What of an edition fits a question; `unplaced` fits but is nowhere on the map."""

    listed: Sequence[Listed]
    unplaced: int = 0
    place: places.Found | places.Unknown | None = None


class Pages:
    """Makes answers; safe to share between threads."""

    def __init__(self, settings: Settings, home: Home) -> None:
        self._settings, self._home = settings, home
        folder = assets.shipped("templates")
        self._templates = Environment(
            loader=FileSystemLoader(folder), autoescape=True, trim_blocks=True, lstrip_blocks=True
        )
        teach(self._templates)
        static = assets.shipped("static")
        sheet, variables = ((static / "css" / f"{it}.css").read_text() for it in ("public", "vars"))
        self._style = stand_alone(sheet, variables, "system")
        self._icon = _data_uri(static / "img" / "icon.svg")
        self.policy = _policy(self._style)

    def make(self, question: Question, edition: Edition, late: int) -> Made:
        """The answer to a question; `late`: for how many minutes nothing newer could be read."""
        if question.what == CSV:
            listed = [one.shelter for one in choose(question, edition, self._home).listed]
            return Made("200 OK", "text/csv; charset=utf-8", feeds.as_csv(listed))
        if question.what == GEOJSON:
            listed = [one.shelter for one in choose(question, edition, self._home).listed]
            return Made("200 OK", feeds.MEDIA_TYPE, feeds.as_geojson(listed, edition.as_of))
        with speaking(question.spoken):
            page = self._one if question.id else self._list
            return page(question, edition, late)

    def away(self, question: Question) -> Made:
        """While there is nothing to tell, because the database has not answered yet."""
        page = self._templates.get_template("public/away.html")
        with speaking(question.spoken):
            return self._made("503 Service Unavailable", page.render(self._common(question)))

    def _list(self, question: Question, edition: Edition, late: int) -> Made:
        chosen = choose(question, edition, self._home)
        first = (question.page - 1) * A_PAGE
        page = self._templates.get_template("public/list.html")
        text = page.render(
            self._common(question, edition, late),
            chosen=chosen,
            shown=chosen.listed[first : first + A_PAGE],
            first=first,
            more=len(chosen.listed) > first + A_PAGE,
            counties=_counties(edition),
            county=self._county(question.county),
            full=sum(one.shelter.room.code == "full" for one in chosen.listed),
            unknown=isinstance(chosen.place, places.Unknown),
            a_page=A_PAGE,
        )
        return self._made("200 OK", text)

    def _one(self, question: Question, edition: Edition, late: int) -> Made:
        found = next((one for one in edition.shelters if one.id == question.id), None)
        page = self._templates.get_template("public/one.html" if found else "public/none.html")
        text = page.render(self._common(question, edition, late), one=found and Listed(found))
        return self._made("200 OK" if found else "404 Not Found", text)

    def _made(self, status: str, text: str) -> Made:
        return Made(status, _HTML, text.encode())

    def _county(self, fips: str) -> str | None:
        county = self._home.gazetteer.counties.get(fips)
        return county.full_name if county else None

    def _common(
        self, question: Question, edition: Edition | None = None, late: int = 0
    ) -> dict[str, Any]:
        """What every page needs; `now` is to the minute, so that equal pages are equal bytes."""
        moment = edition.as_of if edition else self._home.now()
        now = moment.replace(second=0, microsecond=0) + timedelta(minutes=late)
        zone = self._home.zone
        return {
            "asked": question,
            "languages": _languages(question),
            "style": self._style,
            "icon": self._icon,
            "state": self._home.name,
            "exercise": self._settings.exercise,
            "phone": self._settings.public_phone,
            "every": self._settings.public_seconds,
            "as_of": moment,
            "late": late,
            "moment": partial(_moment, now=now, home_zone=zone),
            "ago": partial(_ago, now=now),
            "distance": partial(words.distance, distances=self._home.distances),
            "county_words": words.county,
            "numbers": _numbers,
            "iphone": _iphone,
            "base": PAGE,
        }


def choose(question: Question, edition: Edition, home: Home) -> Chosen:
    """The shelters that fit: the nearest first where a place is named, else by county and name."""
    fitting = [one for one in edition.shelters if _fits(one, question)]
    if not question.near:
        return Chosen([Listed(one) for one in fitting])
    place = places.find(question.near, home)
    if isinstance(place, places.Unknown):
        return Chosen([], place=place)
    placed = [
        Listed(one, place.position.meters_to(one.position)) for one in fitting if one.position
    ]
    placed.sort(key=lambda one: (one.away_m or 0.0, one.shelter.id))
    return Chosen(placed, len(fitting) - len(placed), place)


def _fits(one: OpenShelter, question: Question) -> bool:
    return not (
        (question.county and one.county_fips != question.county)
        or (question.pets and one.pets not in ("onsite", "cohabit", "offsite"))
        or (question.wheelchair and not one.wheelchair)
    )


def _counties(edition: Edition) -> list[tuple[str, str, int]]:
    """FIPS code, name and number of open shelters of each county that has any, by name."""
    counts = Counter((one.county or "", one.county_fips) for one in edition.shelters)
    return [(fips, name, count) for (name, fips), count in sorted(counts.items()) if fips]


def _languages(question: Question) -> list[tuple[str, str, str]]:
    """Code, own name and address of the same page in each language.

    An address begins with its query: a page about no shelter is the same bytes for every number.
    """
    return [
        (code, name, "?" + question.address(page=question.page, language=code).partition("?")[2])
        for code, name in LANGUAGES.items()
    ]


def _moment(at: datetime, now: datetime, home_zone: tzinfo, zone: bool = False) -> Markup:
    """A moment by the state's clock, behind it UTC's; with `zone` the clock is named."""
    said = words.clock(at, now, home_zone)
    if zone:
        said = f"{said} {at.astimezone(home_zone):%Z}"
    utc = at.astimezone(UTC)
    return Markup('<time datetime="{}" title="{}">{}</time>').format(
        f"{utc:%Y-%m-%dT%H:%MZ}", f"{utc:%H:%M} UTC", said
    )


def _ago(at: datetime, now: datetime) -> str:
    return words.ago(at.replace(second=0, microsecond=0), now)


def _numbers(one: OpenShelter) -> str | None:
    """Latitude and longitude as they are copied into a map."""
    at = one.position
    return f"{at.lat:.{_DIGITS}f}, {at.lon:.{_DIGITS}f}" if at else None


def _iphone(one: OpenShelter) -> str | None:
    """iPhones open their maps by a link of their own."""
    at = one.position
    if at is None:
        return None
    return f"maps://?daddr={at.lat:.{_DIGITS}f},{at.lon:.{_DIGITS}f}&q={quote(one.name)}"


def _data_uri(path: Path) -> str:
    return f"data:image/svg+xml;base64,{base64.b64encode(path.read_bytes()).decode()}"


def _policy(style: str) -> str:
    """No script at all, and no style but the page's own: a kept page cannot carry a nonce."""
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    return (
        f"default-src 'none'; style-src 'sha256-{digest}'; img-src data:; form-action 'self';"
        " base-uri 'none'; frame-ancestors 'none'"
    )
