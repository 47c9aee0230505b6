"""Who and what plays the day: people at their consoles, and the places they keep."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import accumulate, islice
from typing import Any

from meris.demo.console import Answer, Console
from meris.errors import Refused

#: A resource on the map: id, kind, status, type.
_Row = tuple[int, str, str, str]
_MARK = re.compile(r'data-account="([0-9a-f]+)"')
_NOT_OPENED = ("cooling_center", "warming_center", "tornado_safe_room", "other")


@dataclass
class Person:
    """Somebody at a console, who may also report as a phone does."""

    console: Console
    _mark: str = ""

    def report(self, kind: str, subject: int, at: datetime, base: object, **body: object) -> Answer:
        """What a phone reports that was said at another time of this day; its answer alone."""
        now = datetime.now(at.tzinfo)
        key = f"day-{subject}-{kind.replace('_', '-')}-{at:%d%H%M}-{now:%H%M%S%f}"
        said = {"key": key, "kind": kind, "subject": subject, "base": base, "body": body}
        batch = {
            "account": self._account(),
            "sent_at": now.isoformat(),
            "reports": [said | {"said_at": at.isoformat()}],
        }
        answer = self.console.post("/api/phone/reports", batch)
        if answer.status >= 400:
            return answer
        one = answer.body["answers"][0]
        return Answer(200 if one["outcome"] == "applied" else 422, one)

    def _account(self) -> str:
        if not self._mark:
            found = _MARK.search(self.console.page("/m"))
            if found is None:
                raise Refused(f"{self.console.server} has no pages for phones.")
            self._mark = found[1]
        return self._mark


@dataclass
class People:
    """Who plays: the manager of shelters, the county's desk, the dispatcher and the state's."""

    manager: Person
    county: Person
    dispatcher: Person
    state: Person

    def all(self) -> tuple[Person, ...]:
        """Everybody."""
        return self.manager, self.county, self.dispatcher, self.state


@dataclass
class Site:
    """A place that keeps stock: who keeps its books, and who hands out there."""

    id: int
    name: str
    keeper: Person
    hands: Person
    county: bool


@dataclass
class Haven(Site):
    """A shelter: its part of the story, its places, what a phone shows of its status, and how many
    people were told of."""

    part: str = ""
    places: int = 0
    people: int = 0
    shown: dict[str, Any] = field(default_factory=dict)
    told: list[dict[str, Any]] = field(default_factory=list)
    burnt_at: float = 0.0
    rest: dict[str, float] = field(default_factory=dict)


@dataclass
class Stage:
    """The places of the day."""

    shelters: list[Haven]
    warehouse: Site
    pods: list[Site]

    def of(self, part: str) -> list[Haven]:
        """The shelters that play a part."""
        return [one for one in self.shelters if one.part == part]


def choose(people: People, county: str, parts: Sequence[str], count: int, begin: datetime) -> Stage:
    """Closed shelters of a county that these people keep, the largest first; its warehouse, and its
    points of distribution. Raises `Refused` where there are not enough."""
    rows = list(_sites(people.state, county))
    quiet = [row for row in rows if row[1] == "shelter" and row[2] == "closed"]
    found = list(islice(_kept(people, quiet, begin), 2 * count))
    if len(found) < len(parts):
        raise Refused(
            f"The day needs {len(parts)} closed shelters of the accounts' own agencies in county"
            f" {county}, and there are {len(found)}."
        )
    found = _largest_first(found)[:count]
    for number, one in enumerate(found):
        one.part = parts[number % len(parts)]
    stores = [row for row in rows if row[1] == "supply_site" and row[2] in ("open", "standby")]
    kept = [_site(people, row[0]) for row in sorted(stores, key=_by_use) if row[3] != "pod"]
    house = next((one for one in kept if one.county), None)
    if house is None:
        raise Refused(f"The desk of county {county} keeps no warehouse that is open.")
    pods = [_site(people, row[0]) for row in stores if row[3] == "pod" and row[2] == "open"]
    return Stage(found, house, pods[:2])


def _largest_first(found: list[Haven]) -> list[Haven]:
    """With a shelter of the manager's agency among the first, so that a phone reports there."""
    found.sort(key=lambda one: (-one.places, one.id))
    own = [one for one in found if one.hands is not one.keeper]
    others = [one for one in found if one.hands is one.keeper]
    return own[:2] + others[:3] + sorted(own[2:] + others[3:], key=lambda one: -one.places)


def _by_use(row: _Row) -> tuple[bool, bool, int]:
    return row[3] not in ("warehouse", "county_receiving_point"), row[2] != "open", row[0]


def _sites(who: Person, county: str) -> Iterator[_Row]:
    """Every site of a county on the map."""
    told = ok(who.console.get("/api/map"))
    ids = accumulate(told["id"])
    for id_, look, where in zip(ids, told["look"], told["county"], strict=True):
        kind, status, type_ = told["looks"][look]
        if where >= 0 and told["counties"][where] == county and kind != "unit":
            yield id_, kind, status, type_


def _kept(people: People, rows: Sequence[_Row], begin: datetime) -> Iterator[Haven]:
    """Those of some shelters that can be played at, in their order on the map."""
    return (one for row in rows if (one := _shelter(people, row, begin)) is not None)


def _shelter(people: People, row: _Row, begin: datetime) -> Haven | None:
    """A shelter as the day can use it: known places, nothing told of it since the day began."""
    id_, _, _, type_ = row
    if type_ in _NOT_OPENED:
        return None
    told = ok(people.state.console.get(f"/api/resources/{id_}"))
    since = [told["status"]["at"], told["confirmed_at"]]
    if any(at and datetime.fromisoformat(at) > begin for at in since):
        return None
    counted = ok(people.state.console.get(f"/api/shelters/{id_}/counts"))
    places = counted.get(f"{counted['capacity_in_use']}_capacity")
    site = _site(people, id_)
    if not places or places < 40 or told["sensitivity"] != "public" or counted["counts"]:
        return None
    if site.keeper is people.state and site.hands is people.state:
        return None
    made = Haven(site.id, site.name, site.keeper, site.hands, site.county, places=places)
    made.shown = {"status": told["status"]["code"], "status_at": told["status"]["at"]}
    return made


def _site(people: People, id_: int) -> Site:
    by_county = ok(people.county.console.get(f"/api/resources/{id_}"))
    own = bool(by_county["editable"])
    keeper = people.county if own else people.state
    hands = keeper
    if by_county["kind"] == "shelter":
        by_manager = ok(people.manager.console.get(f"/api/resources/{id_}"))
        hands = people.manager if by_manager["editable"] else keeper
    return Site(id_, by_county["name"], keeper, hands, own)


def ok(answer: Answer) -> dict[str, Any]:
    """What was answered. Raises `Refused` where it was no."""
    if answer.status >= 400:
        raise Refused(f"{answer.status}: {answer.body.get('message', answer.body)}")
    return answer.body


def hours(count: float) -> timedelta:
    """So many hours."""
    return timedelta(hours=count)
