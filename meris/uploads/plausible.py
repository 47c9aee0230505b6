"""What can be true but hardly is: told as a warning, for a person to look at. No row is refused.

Like the rules of `row_rules`, these go over a batch of rows at a time, and only where their columns
are there.
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from functools import partial
from typing import Any

from meris.fields import Home, by_name
from meris.fields.times import Date, Moment
from meris.uploads.cells import Record
from meris.uploads.match import Match
from meris.uploads.problems import Level, Problems

Values = dict[str, Any]

# A ZIP code's area reaches this far from its middle, in the emptiest parts of the country too.
_ZIP_REACH_M = 40_000
_OLDEST = date(1990, 1, 1)
# What hardly any site holds of one thing, and hardly any crew is.
_MUCH, _LARGE_CREW = 5_000_000, 300
# Toll-free numbers are of no place.
_TOLL_FREE = frozenset({"800", "833", "844", "855", "866", "877", "888"})
# One number in so many rows, and in this share of them, is a switchboard.
_SWITCHBOARD, _SHARE = 25, 0.5
# Different numbers that are counted: it bounds the memory.
_MOST_PHONES = 10_000


@dataclass
class Plausible:
    """Looks at rows that are otherwise in order; `columns` are labels by field, for messages."""

    columns: dict[str, str]
    home: Home
    problems: Problems
    rules: list["_Rule"] = field(default_factory=list)
    _astray: dict[tuple[Any, ...], str | None] = field(default_factory=dict)
    _phones: Counter[str] = field(default_factory=Counter)
    _rows: int = 0

    @classmethod
    def of(cls, match: Match, home: Home, problems: Problems) -> "Plausible":
        """The rules for the columns that were found."""
        columns = {column.field.name: column.label for column in match.columns}
        found = cls(columns, home, problems)
        found.rules = [rule for needed, rule in _RULES if needed <= columns.keys()]
        found.rules += [partial(_old, name=name) for name in columns if _is_time(match, name)]
        return found

    def look(self, records: list[Record]) -> None:
        """Warn of what is hardly so in some rows; their places are known by now."""
        self._rows += len(records)
        for rule in self.rules:
            rule(self, records)

    def finish(self) -> None:
        """Tell what only the whole file shows."""
        number, count = next(iter(self._phones.most_common(1)), ("", 0))
        if count >= _SWITCHBOARD and count >= _SHARE * self._rows:
            self.problems.add(
                "note",
                None,
                self.columns.get("contact_phone"),
                f"{number} stands in {count:,} of {self._rows:,} rows. If it is a switchboard, "
                "numbers of the places themselves would help more.",
                rule="one phone",
            )

    def say(self, level: Level, record: Record, name: str, rule: str, message: str) -> None:
        """Tell something of a row at the column of a field."""
        self.problems.hand = record
        self.problems.add(level, record.number, self.columns.get(name), message, rule=rule)

    def astray(self, zip_code: str, city: str | None, county: str | None) -> str | None:
        """What is odd about a ZIP code beside a town and a county; each combination once."""
        what = (zip_code, city, county)
        if what not in self._astray:
            self._astray[what] = _astray(self.home, *what)
        return self._astray[what]

    def count_phone(self, number: str) -> None:
        if number in self._phones or len(self._phones) < _MOST_PHONES:
            self._phones[number] += 1


_Rule = Callable[[Plausible, list[Record]], None]


def _is_time(match: Match, name: str) -> bool:
    return isinstance(by_name(match.kind)[name].rule, Date | Moment)


def _more_than_the_county(look: Plausible, records: list[Record]) -> None:
    counties = look.home.gazetteer.counties
    for record in records:
        places = record.values.get("evacuation_capacity") or 0
        county = counties.get(record.values.get("county_fips") or "") if places else None
        if county is not None and county.population and places > county.population:
            look.say(
                "warning",
                record,
                "evacuation_capacity",
                "capacity>county",
                f"{places:,} places are more than the {county.population:,} people of "
                f"{county.full_name}. Check the number for a digit too many.",
            )


def _closes_before_it_opens(look: Plausible, records: list[Record]) -> None:
    for record in records:
        opened, closed = record.values.get("opened_at"), record.values.get("closed_at")
        if record.values.get("status") in ("open", "full"):
            continue  # it was closed before, and opened again
        if opened is not None and closed is not None and closed < opened:
            look.say(
                "warning",
                record,
                "closed_at",
                "closed before opened",
                "the shelter closed before it opened. Are the two dates exchanged?",
            )


def _open_and_closed(look: Plausible, records: list[Record]) -> None:
    now = look.home.now()
    for record in records:
        values = record.values
        closed, opened = values.get("closed_at"), values.get("opened_at")
        if values.get("status") != "open" or closed is None or closed > now:
            continue
        if opened is None or opened < closed:
            look.say(
                "warning",
                record,
                "closed_at",
                "open and closed",
                "the shelter is open, but this day of closing has passed. Correct one of the two.",
            )


def _old(look: Plausible, records: list[Record], name: str) -> None:
    for record in records:
        when = record.values.get(name)
        if when is not None and _day(when) < _OLDEST:
            look.say(
                "warning",
                record,
                name,
                "old",
                f"{_day(when).isoformat()} is before {_OLDEST.year}. Check the year.",
            )


def _day(when: date | datetime) -> date:
    return when.astimezone(UTC).date() if isinstance(when, datetime) else when


def _zip_far_away(look: Plausible, records: list[Record]) -> None:
    for record in records:
        values = record.values
        if code := values.get("zip"):
            says = look.astray(code, values.get("city"), values.get("county_fips"))
            if says:
                look.say("warning", record, "zip", "far zip", says)


def _astray(home: Home, zip_code: str, city: str | None, county: str | None) -> str | None:
    """What is odd about a ZIP code, when the rest of its row is somewhere else."""
    gazetteer = home.gazetteer
    area = gazetteer.zip(zip_code)
    if area is None:
        return None
    named = gazetteer.counties.get(county or "")
    if named and gazetteer.meters_to_county(area.position, named.fips) > _ZIP_REACH_M:
        return f"ZIP code {zip_code} ({area.town}) is not in or near {named.full_name}. Check both."
    towns = gazetteer.town(city) if city else []
    near = min((area.position.meters_to(town.position) for town in towns), default=0.0)
    if near > 2 * _ZIP_REACH_M:
        far = home.distances.say(near)
        return f"ZIP code {zip_code} ({area.town}) is {far} from {city}. Check both."
    return None


def _phone_of_elsewhere(look: Plausible, records: list[Record]) -> None:
    ours = {*look.home.facts.area_codes, *_TOLL_FREE}
    for record in records:
        number = record.values.get("contact_phone")
        if number is None:
            continue
        look.count_phone(number)
        if look.home.facts.area_codes and number[1:4] not in ours:
            look.say(
                "note",
                record,
                "contact_phone",
                "area code",
                f"the area code {number[1:4]} is not one of {look.home.name}.",
            )


def _much(look: Plausible, records: list[Record]) -> None:
    for record in records:
        if (record.values.get("quantity_on_hand") or 0) > _MUCH:
            look.say(
                "warning",
                record,
                "quantity_on_hand",
                "much",
                f"more than {_MUCH:,} of one thing. Check the number and its unit.",
            )


def _large_crew(look: Plausible, records: list[Record]) -> None:
    for record in records:
        if (record.values.get("personnel_count") or 0) > _LARGE_CREW:
            look.say(
                "warning",
                record,
                "personnel_count",
                "crew",
                f"more than {_LARGE_CREW} people in one unit. Check the number.",
            )


def _shift_is_over(look: Plausible, records: list[Record]) -> None:
    now = look.home.now()
    for record in records:
        until = record.values.get("available_until")
        if until is not None and until < now and record.values.get("status") == "available":
            look.say(
                "warning",
                record,
                "available_until",
                "shift",
                "the unit is available, but only until a time that has passed. Correct one of the "
                "two.",
            )


#: The fields whose columns must be there, and the rule.
_RULES: tuple[tuple[frozenset[str], _Rule], ...] = (
    (frozenset({"evacuation_capacity"}), _more_than_the_county),
    (frozenset({"opened_at", "closed_at"}), _closes_before_it_opens),
    (frozenset({"closed_at", "status"}), _open_and_closed),
    (frozenset({"zip"}), _zip_far_away),
    (frozenset({"contact_phone"}), _phone_of_elsewhere),
    (frozenset({"quantity_on_hand"}), _much),
    (frozenset({"personnel_count"}), _large_crew),
    (frozenset({"available_until", "status"}), _shift_is_over),
)
