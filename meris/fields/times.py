"""Rules for days and moments, in every way that spreadsheets write them."""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import Any, ClassVar, NamedTuple
from zoneinfo import ZoneInfo

from meris.errors import refused
from meris.fields.home import Home
from meris.fields.rule import Judged, Rule

_EXCEL_DAY_ZERO = datetime(1899, 12, 30)  # noqa: DTZ001  # wall time, as Excel keeps it
_EXCEL_SERIALS = range(20_000, 60_000)  # 1954 to 2064
_FUTURE_ALLOWED = timedelta(days=1)

_NUMBER = re.compile(r"^\d{5,13}(?:\.\d+)?$")
_TIME = r"(?:[ T,]+(\d{1,2}):(\d{2})(?::(\d{2})(?:\.\d+)?)?\s*([AaPp]\.?[Mm]\.?)?)?"
_ZONE = r"\s*(Z|UTC|GMT|[ECMP][SD]?T|[+-]\d{2}:?\d{2})?$"
_MONTH_FIRST = re.compile(rf"^(\d{{1,2}})[/.-](\d{{1,2}})[/.-](\d{{4}}|\d{{2}}){_TIME}{_ZONE}")
_YEAR_FIRST = re.compile(rf"^(\d{{4}})[/.-](\d{{1,2}})[/.-](\d{{1,2}}){_TIME}{_ZONE}")
_DAY_NAMED = re.compile(
    rf"^(\d{{1,2}})[ -]([A-Za-z]{{3,9}})\.?[ ,-]+(\d{{4}}|\d{{2}}){_TIME}{_ZONE}"
)
_MONTH_NAMED = re.compile(rf"^([A-Za-z]{{3,9}})\.?[ -](\d{{1,2}}),?[ -]+(\d{{4}}){_TIME}{_ZONE}")
_MONTH_AND_YEAR = re.compile(r"^(\d{1,2})[/-](\d{4})$")

_MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
_US_ZONES = {"E": -5, "C": -6, "M": -7, "P": -8}


class _Parsed(NamedTuple):
    """A moment as written: wall time, with an offset when the text gave one."""

    wall: datetime
    offset: timedelta | None = None


def _parse(text: str) -> _Parsed | None:
    """What a text says, or None when it is no date. Raises `ValueError` for 31 February."""
    if text[4:5] == "-" and (parsed := _from_iso(text)):
        return parsed
    if text[:5].isdecimal() and _NUMBER.match(text):
        return _from_number(float(text))
    if found := _YEAR_FIRST.match(text):
        year, month, day, *rest = found.groups()
    elif found := _MONTH_FIRST.match(text):
        month, day, year, *rest = found.groups()
    elif found := _DAY_NAMED.match(text):
        day, name, year, *rest = found.groups()
        month = _month(name)
    elif found := _MONTH_NAMED.match(text):
        name, day, year, *rest = found.groups()
        month = _month(name)
    else:
        return _from_iso(text)
    hour, minute, second, half, zone = rest
    clock = _clock(hour, minute, second, half) if hour else (0, 0, 0)
    wall = datetime(_year(year), int(month), int(day), *clock)  # noqa: DTZ001  # wall time
    return _Parsed(wall, _offset(zone) if zone else None)


def _from_iso(text: str) -> _Parsed | None:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    if moment.tzinfo is None:
        return _Parsed(moment)
    return _Parsed(moment.replace(tzinfo=None), moment.utcoffset())


def _from_number(number: float) -> _Parsed | None:
    """Epoch seconds, epoch milliseconds, or days since 1899-12-30 as Excel counts them."""
    if _EXCEL_SERIALS.start <= number < _EXCEL_SERIALS.stop:
        seconds = round(number * 86_400)
        return _Parsed(_EXCEL_DAY_ZERO + timedelta(seconds=seconds))
    if number >= 1e11:
        number /= 1000
    if not 1e8 <= number < 5e9:
        return None
    moment = datetime.fromtimestamp(int(number), UTC)
    return _Parsed(moment.replace(tzinfo=None), timedelta(0))


def _month(name: str) -> str:
    """The number of a month by the first three letters of its name."""
    return str(_MONTHS.index(name[:3].lower()) + 1)


def _year(text: str) -> int:
    return int(text) if len(text) == 4 else 2000 + int(text)


def _clock(hour: str, minute: str, second: str | None, half: str | None) -> tuple[int, int, int]:
    """Hour, minute and second of a day; `half` is AM or PM. Raises `ValueError` for 13 PM."""
    hours = int(hour)
    if half:
        if not 1 <= hours <= 12:
            raise ValueError("hour")
        hours = hours % 12 + (12 if half[0] in "pP" else 0)
    return hours, int(minute), int(second or 0)


def _offset(zone: str) -> timedelta | None:
    """The offset a zone's letters or digits mean; None when the text names no zone.

    "CT" leaves open whether it is summer, so it counts as the state's own time.
    """
    if len(zone) == 2 and zone[0] in _US_ZONES:
        return None
    if zone in ("Z", "UTC", "GMT"):
        return timedelta(0)
    if zone[0] in _US_ZONES:
        return timedelta(hours=_US_ZONES[zone[0]] + (zone[1] == "D"))
    sign = -1 if zone[0] == "-" else 1
    return sign * timedelta(hours=int(zone[1:3]), minutes=int(zone[-2:]))


@dataclass(frozen=True)
class Date(Rule):
    """A day without a time. `future=False` refuses days after tomorrow."""

    future: bool = False
    noun: str = "date"
    widget: ClassVar[str] = "date"

    def _judge(self, text: str, home: Home) -> Judged:
        if found := _MONTH_AND_YEAR.match(text):
            return self._end_of_month(text, int(found[1]), int(found[2]))
        try:
            parsed = _parse(text)
        except ValueError:
            parsed = None
        if parsed is None:
            raise self.refuse(text, "is not a date", *_how_to_write(text, "2025-03-15"))
        today = home.now().astimezone(home.zone).replace(tzinfo=None)
        if not self.future and parsed.wall - today > _FUTURE_ALLOWED:
            raise self.refuse(text, "lies in the future", "Check the year and the day.")
        return Judged(parsed.wall.date())

    def _end_of_month(self, text: str, month: int, year: int) -> Judged:
        """Labels often say only the month something expires in: its last day then."""
        if not 1 <= month <= 12:
            raise self.refuse(text, "is not a date", *_how_to_write(text, "2025-03-15"))
        last = date(year + month // 12, month % 12 + 1, 1) - timedelta(days=1)
        return Judged(last, f"{text} names no day; taken as {last.isoformat()}.")

    def schema(self) -> dict[str, Any]:
        return {"type": "string", "format": "date"}

    def _text(self, value: Any, _home: Home) -> str:
        return str(value.isoformat())

    def json(self, value: Any) -> Any:
        return None if value is None else value.isoformat()


@dataclass(frozen=True)
class Moment(Rule):
    """A point in time, kept in UTC to the second. Without a zone it is the state's own time."""

    future: bool = False
    noun: str = "date and time"
    widget: ClassVar[str] = "datetime"

    def _judge(self, text: str, home: Home) -> Judged:
        try:
            parsed = _parse(text)
            settled = _settle(parsed, home.zone) if parsed else None
        except (ValueError, OverflowError):
            settled = None
        if settled is None:
            raise self.refuse(
                text, "is not a date and time", *_how_to_write(text, "2025-03-15 14:30")
            )
        moment, warning = settled
        if not self.future and moment - home.now() > _FUTURE_ALLOWED:
            raise self.refuse(text, "lies in the future", "Check the year and the day.")
        return Judged(moment, f"{text} {warning}" if warning else None)

    def schema(self) -> dict[str, Any]:
        return {"type": "string", "format": "date-time"}

    def _text(self, value: Any, home: Home) -> str:
        local = value.astimezone(home.zone)
        # the letters of other zones (HST, AKDT) would not be read again
        zone = "%Z" if str(local.tzname())[:1] in _US_ZONES else "%z"
        return str(local.strftime(f"%Y-%m-%d %H:%M{':%S' if local.second else ''} {zone}"))

    def json(self, value: Any) -> Any:
        return None if value is None else value.isoformat().replace("+00:00", "Z")


#: Clocks differ so much; and what happened longer ago than this belongs into a report, not here.
_AHEAD, _BACK = timedelta(minutes=2), timedelta(hours=72)


def happened(given: object, home: Home, field: str = "at") -> datetime | None:
    """When something happened, as somebody says it; None where nothing was said: it is now.

    Not in the future, and not more than 72 hours back. Raises `Invalid`.
    """
    moment: datetime | None = Moment(future=True).read(given, home)
    if moment is None:
        return None
    now = home.now()
    words = None
    if moment > now + _AHEAD:
        words = "That time lies in the future. Give the time at which it happened."
    elif moment < now - _BACK:
        words = "That was more than 72 hours ago. Give a time within the last three days."
    if words:
        raise refused(field, words)
    return min(moment, now)


def _settle(parsed: _Parsed, zone: ZoneInfo) -> tuple[datetime, str | None]:
    """The moment in UTC, with a warning when clocks were changed just then."""
    wall = parsed.wall.replace(microsecond=0) if parsed.wall.microsecond else parsed.wall
    if parsed.offset is not None:
        return (wall - parsed.offset).replace(tzinfo=UTC), None
    steady = _steady(wall.date(), zone)
    if steady is not None:
        return (wall - steady).replace(tzinfo=UTC), None
    before, after = _offsets(wall, zone)
    moment = (wall - before).replace(tzinfo=UTC)
    if before == after:
        return moment, None
    if before < after:
        return moment, "did not exist: clocks went forward. Taken as one hour later."
    return moment, "happened twice: clocks went back. Taken as the first time."


# A zone's rules cost more than all else of reading a time.
@lru_cache(maxsize=20_000)
def _steady(day: date, zone: ZoneInfo) -> timedelta | None:
    """What wall times of a day are ahead of UTC by; None for the days when clocks change."""
    midnight = datetime(day.year, day.month, day.day)  # noqa: DTZ001  # wall time
    offsets = {*_offsets(midnight, zone), *_offsets(midnight + timedelta(hours=23.99), zone)}
    return offsets.pop() if len(offsets) == 1 else None


def _offsets(wall: datetime, zone: ZoneInfo) -> tuple[timedelta, timedelta]:
    """What a wall time may be ahead of UTC by; two different values when clocks change then."""
    local = wall.replace(tzinfo=zone)
    nothing = timedelta(0)
    return local.utcoffset() or nothing, local.replace(fold=1).utcoffset() or nothing


_DAY_FIRST = re.compile(r"^(1[3-9]|2\d|3[01])[/.-](0?\d|1[0-2])[/.-](\d{4}|\d{2})\b")
_COMPACT = re.compile(r"^(\d{4})(\d{2})(\d{2})(?:[T ]?(\d{2})(\d{2})(\d{2})?)?$")
_ISO_IN_TEXT = re.compile(r"(?<!\d)\d{4}-\d{2}-\d{2}(?:[ T]\d{2}:\d{2})?(?!\d)")
_MONTH_FIRST_IN_TEXT = re.compile(r"(?<![\d/])\d{1,2}/\d{1,2}/\d{4}(?![\d/])")
_MILITARY = re.compile(rf"^(.+?)[ T,]+([01]\d|2[0-3])([0-5]\d)\s*(?:h|hrs|hours)?{_ZONE}", re.I)


def _how_to_write(text: str, example: str) -> tuple[str, str | None]:
    """The fix for a text that is no date, and the date that is likely meant."""
    meant = _likely_meant(text)
    if meant is not None and _DAY_FIRST.match(text):
        return "The month comes first.", meant
    return f"Write it like {example}.", meant


def _likely_meant(text: str) -> str | None:
    """A date that was written otherwise than MERIS reads dates: the day first, without dividers,
    with military time, or among other words."""
    if found := _DAY_FIRST.match(text):
        candidates = [f"{found[2]}/{found[1]}/{found[3]}"]
    elif found := _COMPACT.match(text):
        year, month, day, hour, minute, _ = found.groups()
        candidates = [f"{year}-{month}-{day}" + (f" {hour}:{minute}" if hour else "")]
    elif found := _MILITARY.match(text):
        candidates = [f"{found[1]} {found[2]}:{found[3]}{f' {found[4]}' if found[4] else ''}"]
    else:
        candidates = [*_ISO_IN_TEXT.findall(text), *_MONTH_FIRST_IN_TEXT.findall(text)]
    return candidates[0] if len(candidates) == 1 and _is_a_date(candidates[0]) else None


def _is_a_date(text: str) -> bool:
    try:
        return _parse(text) is not None
    except (ValueError, OverflowError):
        return False
