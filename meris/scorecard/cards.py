"""A card for each county: what is known of it, graded, in the order in which to call."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any, NamedTuple

from sqlalchemy import CTE, func, select
from sqlalchemy.orm import Session

from geo.counties import County
from geo.gazetteer import Gazetteer
from geo.tiles import Tile
from meris.accounts import Viewer
from meris.errors import NotFound
from meris.scorecard import seen
from meris.scorecard.grades import (
    Ask,
    asks,
    grade_of,
    grade_of_age,
    grade_of_problems,
    percent,
)

#: Numbers of a county, as scorecard.sql gives them; nothing reported leaves them empty.
_TALLY = (
    "records",
    "shelters",
    "supply_sites",
    "units",
    "asked",
    "filled",
    "stale",
    "stale_open",
    "exact",
    "rough",
    "unplaced",
    "lacking",
)
_LOOSE = ("waiting", "refused", "held")
_COLUMNS = (
    "fips",
    "tallied",
    *_TALLY,
    "delivered_at",
    "delivered_by",
    *_LOOSE,
    "agency_id",
    "agency",
    "number",
    "person",
    "email",
)
#: The order of calls: worse grades first, and silence before what is merely middling.
_ORDER = {"D": 1, None: 2, "C": 3, "B": 4, "A": 5}


class Delivery(NamedTuple):
    """The last time a file of a county was loaded, and who sent it."""

    at: datetime
    by: str


class Contact(NamedTuple):
    """Whom to call: the county's office, its phone, and who edits for it."""

    agency: str
    phone: str | None
    person: str | None
    email: str | None


@dataclass(frozen=True)
class Card:
    """What is known of one county. `fips` is "" for what no county answers for.

    `counts` holds numbers of records (`records`, `shelters`, `supply_sites`, `units`, `stale`,
    `stale_open`, `exact`, `rough`, `unplaced`, `lacking`), of important fields (`asked`,
    `filled`), of files (`waiting`) and of their rows (`refused`, `held`).
    """

    fips: str
    county: County | None
    tile: Tile | None
    counts: Mapping[str, int]
    delivered: Delivery | None
    contact: Contact | None
    now: datetime

    @property
    def name(self) -> str:
        """The county's name, short."""
        return self.county.name if self.county else "No county"

    @property
    def silent(self) -> bool:
        """Whether nothing of it is reported."""
        return not self.counts["records"]

    @cached_property
    def shares(self) -> dict[str, int | None]:
        """Complete, fresh and exactly placed, in percent."""
        counts, records = self.counts, self.counts["records"]
        return {
            "complete": percent(counts["filled"], counts["asked"]),
            "fresh": percent(records - counts["stale"], records),
            "placed": percent(counts["exact"], records),
        }

    @property
    def overall(self) -> int | None:
        """The lowest of the three shares: a county is as good as its weakest part."""
        return min((share for share in self.shares.values() if share is not None), default=None)

    @property
    def weakest(self) -> str | None:
        """Which of the three it is."""
        return next((m for m, share in self.shares.items() if share == self.overall), None)

    @property
    def problems(self) -> int:
        """How many things are open: each can be named and settled by itself."""
        return sum(self.counts[name] for name in ("stale_open", "unplaced", "lacking", *_LOOSE))

    def grade(self, measure: str) -> str | None:
        """The letter of a measure; None where nothing is known.

        An open shelter that nobody confirmed in time makes the whole county, its freshness and its
        problems a D, however good the rest is.
        """
        if measure == "delivered":
            return grade_of_age(self.delivered.at if self.delivered else None, self.now)
        if self.counts["stale_open"] and measure in ("overall", "fresh", "problems"):
            return "D"
        if measure == "problems":
            return None if self.silent and not self.problems else grade_of_problems(self.problems)
        return grade_of(self.overall if measure == "overall" else self.shares[measure])

    @cached_property
    def asks(self) -> list[Ask]:
        """What to ask for, the most urgent first."""
        counts = self.counts
        wanted = {
            **counts,
            "nothing": int(self.silent and not counts["waiting"]),
            "stale": counts["stale"] - counts["stale_open"],
            "missing": counts["asked"] - counts["filled"],
        }
        return asks(wanted)

    @property
    def urgency(self) -> tuple[Any, ...]:
        """Sorts cards into the order of calls."""
        first = 0 if self.counts["stale_open"] else _ORDER[self.grade("overall")]
        share = 101 if self.overall is None else self.overall
        return (first, -self.counts["stale_open"], share, -self.problems, self.name)


class Board(NamedTuple):
    """The cards in the order of calls, and the one for what no county answers for."""

    at: datetime
    cards: list[Card]
    elsewhere: Card


def board(session: Session, viewer: Viewer, gazetteer: Gazetteer) -> Board:
    """A card for every county of the state, counting only what the viewer may know of.

    Files of other agencies are the sender's and the state's business: whoever may not open them
    is told when one was loaded and not what it left behind.
    """
    cards = list(_cards(session, viewer, gazetteer, seen.everything(viewer.policy)))
    return Board(
        cards[0].now,
        sorted((card for card in cards if card.county), key=lambda card: card.urgency),
        next(card for card in cards if not card.fips),
    )


def card_of(
    session: Session, viewer: Viewer, gazetteer: Gazetteer, fips: str, at_home: Sequence[int]
) -> Card:
    """The card of one county, whose agencies are `at_home`, without reading all the others.

    Raises `NotFound` for what is no county of the state.
    """
    of_county = seen.in_county(viewer.policy, fips, at_home)
    cards = _cards(session, viewer, gazetteer, of_county)
    card = next((card for card in cards if card.fips == fips), None)
    if card is None:
        raise NotFound("There is no such county in this state.")
    return card


def _cards(session: Session, viewer: Viewer, gazetteer: Gazetteer, of: CTE) -> Iterator[Card]:
    statement = seen.over(
        of,
        "counties",
        _COLUMNS,
        all_uploads=viewer.opens_all_files,
        own_agency=viewer.agency_id or 0,
    )
    now = session.execute(select(func.now())).scalar_one()
    for row in session.execute(statement).mappings():
        yield _card(dict(row), gazetteer, now)


def _card(row: Mapping[str, Any], gazetteer: Gazetteer, now: datetime) -> Card:
    fips = row["fips"]
    return Card(
        fips=fips,
        county=gazetteer.counties.get(fips),
        tile=gazetteer.tiles.get(fips),
        counts={name: int(row[name] or 0) for name in (*_TALLY, *_LOOSE)},
        delivered=Delivery(row["delivered_at"], row["delivered_by"])
        if row["delivered_at"]
        else None,
        contact=Contact(row["agency"], row["number"], row["person"], row["email"])
        if row["agency_id"]
        else None,
        now=now,
    )
