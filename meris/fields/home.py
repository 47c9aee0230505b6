"""Where an installation is at home: its state, clock and gazetteer. Rules read cells against it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cache, cached_property
from zoneinfo import ZoneInfo

from geo.gazetteer import Gazetteer
from geo.geocoder import AddressSearch
from geo.states import StateFacts
from geo.values import Bounds
from meris.distances import MILES, Distances
from meris.fields.words import key


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, eq=False)
class Home:
    """The state an installation serves; `now` is the clock that "in the future" is told by.

    `geocoder` finds addresses, where the installation has one; `distances` says how far it is.
    """

    facts: StateFacts
    now: Callable[[], datetime] = _now
    geocoder: AddressSearch | None = None
    distances: Distances = MILES

    @staticmethod
    @cache
    def of(state: str = "MO") -> "Home":
        """The home of a state with a folder in `geo/states`. Raises `UnknownStateError`."""
        return Home(StateFacts.read(state))

    @property
    def state(self) -> str:
        """The postal code, e.g. MO."""
        return self.facts.postal

    @property
    def name(self) -> str:
        """The state's name, as messages say it."""
        return self.facts.name

    @property
    def bounds(self) -> Bounds:
        """The box around the state, rounded outward."""
        return self.facts.bounds

    @cached_property
    def zone(self) -> ZoneInfo:
        """What a time without a zone means."""
        return ZoneInfo(self.facts.time_zone)

    def today(self) -> date:
        """The day by the clocks there: what is good until today, is good until their midnight."""
        return self.now().astimezone(self.zone).date()

    @cached_property
    def gazetteer(self) -> Gazetteer:
        """Counties, towns and ZIP codes; loaded when the first rule needs it."""
        return Gazetteer.load(self.state)

    @cached_property
    def county_names(self) -> dict[str, str]:
        """The counties' names by comparison key: what to suggest for a misspelt one."""
        return {key(county.name): county.name for county in self.gazetteer.counties.values()}
