"""One day of the tornado: shelters and supplies, played by consoles that log in as people do.

Everything goes through the API and the reports of phones, each call with the time of the day at
which it happened: the 24 hours before now. At the end the books are held against what was done.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from statistics import quantiles
from zoneinfo import ZoneInfo

from meris.demo.day import cast, desk, guests, shelters, stock, story
from meris.demo.day.books import Books, Row
from meris.demo.day.cast import People, Person, Stage
from meris.demo.day.run import Run
from meris.demo.shares import stream

__all__ = ["MOST_SHELTERS", "People", "Person", "Played", "play"]

#: The parts of the story, played twice and a bit.
MOST_SHELTERS = 12


@dataclass(frozen=True)
class Played:
    """What was done on the day, what the books say, and what was not as it should be."""

    run: Run
    rows: Sequence[Row]
    requests: Mapping[int, str]
    faults: Sequence[str]
    took: Sequence[float]

    @property
    def balances(self) -> bool:
        """Whether nothing went wrong and all figures are what was told."""
        return not self.faults and not self.run.wrong

    @property
    def stage(self) -> Stage:
        """The places that it was played at."""
        return self.run.stage

    def request(self, how: str) -> int:
        """The first request that went on so (`story.Ask`)."""
        return next(id_ for id_, went in self.requests.items() if went == how)

    def lines(self) -> list[str]:
        """For a person at a terminal."""
        done = self.run.done
        cuts = quantiles(self.took, n=100)
        return [
            f"{done['shelters opened']} shelters opened, {done['most people']:,} people at most,"
            f" {done['counts']} counts; {done['people sent on']:,} sent on to another shelter,"
            f" {done['people gone home']:,} home.",
            *_wrapped(done),
            "",
            "The books, by item:",
            *(row.words() for row in self.rows),
            "",
            f"{len(self.took):,} calls: median {cuts[49] * 1000:.0f} ms, p95"
            f" {cuts[94] * 1000:.0f} ms. {done['refused as it should be']} refused as they should"
            f" be, {len(self.run.wrong)} otherwise.",
            *self.run.wrong,
            *self.faults,
            "The books balance." if self.balances else "The books do not balance: see above.",
        ]


def play(
    people: People, county: str, zone: str, *, seed: int, count: int = MOST_SHELTERS
) -> Played:
    """Play the day in a county with so many shelters. Raises `Refused` where they are lacking."""
    now = datetime.now(UTC)
    stage = cast.choose(people, county, tuple(story.PARTS), count, now - cast.hours(story.HOURS))
    run = Run(people, stage, now, ZoneInfo(zone), stream(seed, "day"))
    books = Books()
    stock.begin(run, books)
    shelters.begin(run, books)
    desk.begin(run, books)
    guests.begin(run)
    run.play()
    books.close()
    faults = [*books.faults(), *shelters.faults(run), *desk.faults(run, books)]
    took = [each for person in people.all() for each in person.console.took]
    return Played(run, books.rows(), books.wishes, faults, took)


def _wrapped(done: dict[str, int]) -> list[str]:
    """Everything that was done and how often, a few to a line."""
    told = {"shelters opened", "most people", "counts", "people sent on", "people gone home"}
    parts = [f"{what} {much}" for what, much in done.items() if what not in told]
    return ["; ".join(parts[n : n + 6]) for n in range(0, len(parts), 6)]
