"""How MERIS counts and lists things and says how long ago: the one place for it.

static/js/words/numbers.js and age.js say the same in the browser. Times are said in the language
spoken; the nouns are those of the desks, in English.
"""

from collections.abc import Iterable
from datetime import date, datetime, timedelta, tzinfo

from babel.dates import format_date

from meris.language import LOCALES, N_, _, spoken

_MINUTE, _HOUR, _DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
#: A moment this close is now.
NOW = timedelta(seconds=45)
_MONTH, _YEAR = 30 * _DAY, 365 * _DAY
_ODD = {"person": "people", "each": "each"}
_VOWELS = "aeiou"
#: How `listed` may end; named here for the catalogs of other languages.
_AND, _OR = N_("and"), N_("or")
#: What ends so takes another syllable in the plural.
_HISSES = ("s", "x", "z", "ch", "sh")


def several(noun: str) -> str:
    """More than one of it: cots, boxes, counties, people. The last word before a comma changes."""
    head, comma, rest = noun.partition(",")
    before, space, word = head.rpartition(" ")
    return f"{before}{space}{_several(word)}{comma}{rest}"


def _several(word: str) -> str:
    if word in _ODD:
        return _ODD[word]
    if word.endswith("y") and word[-2:-1] not in _VOWELS:
        return f"{word[:-1]}ies"
    return f"{word}es" if word.endswith(_HISSES) else f"{word}s"


def one_of(nouns: str) -> str | None:
    """One of what is named in the plural: portable toilet, cot, accessible; None for water."""
    head, comma, rest = nouns.partition(",")
    if not head.endswith("s") or head.endswith("ss"):
        return None
    if head.endswith("ies"):
        return f"{head[:-3]}y{comma}{rest}"
    hissing = head.endswith("es") and head[:-2].endswith(_HISSES)
    return f"{head[: -2 if hissing else -1]}{comma}{rest}"


def plural(number: int, noun: str, many: str | None = None) -> str:
    """1 unit, 2 units, 1,200 people; `many` where `several` would not have it."""
    return f"{number:,} {noun if number == 1 else many or several(noun)}"


def listed(names: Iterable[str], last: str = _AND, most: int | None = None) -> str:
    """Names in a sentence: E1, E2, and E3; beyond `most`, how many more. `last`: and, or."""
    items = list(names)
    shown = items if most is None or len(items) <= most else items[:most]
    if len(shown) < len(items):
        shown.append(_("%(num)s more", num=len(items) - len(shown)))
    if len(shown) < 2:
        return "".join(shown)
    # Spanish has no comma before the last
    comma = "," if len(shown) > 2 and spoken() == "en" else ""
    return f"{', '.join(shown[:-1])}{comma} {_(last)} {shown[-1]}"


def span(length: timedelta) -> str:
    """A length of time in one figure with its unit: 4 s, 20 min, 5 h, 3 d, 5 mo, 2 y."""
    if length < _MINUTE:
        return f"{max(length, timedelta()) // timedelta(seconds=1)} s"
    if length < _HOUR:
        # a half counts up, as the page's script counts it
        return f"{int(length / _MINUTE + 0.5)} min"
    if length < _DAY:
        return f"{length // _HOUR} h"
    if length < 60 * _DAY:
        return f"{length // _DAY} d"
    if length < 2 * _YEAR:
        return _("%(num)s mo", num=length // _MONTH)
    return _("%(num)s y", num=length // _YEAR)


def from_now(past: timedelta) -> str:
    """How far a moment is from now, whichever way: 4 min ago, just now, in 3 h."""
    if abs(past) < NOW:
        return _("just now")
    age = span(max(abs(past), _MINUTE))
    return _("%(age)s ago", age=age) if past > timedelta() else _("in %(age)s", age=age)


def ago(at: datetime | None, now: datetime) -> str:
    """How long ago in a sentence: just now, 4 min ago; earlier, where nobody knows when."""
    return _("earlier") if at is None else from_now(max(now - at, timedelta()))


def clock(at: datetime, now: datetime, zone: tzinfo) -> str:
    """A time of day by the clocks of `zone`, with its day when that is not today's: 14:05."""
    local, today = at.astimezone(zone), now.astimezone(zone).date()
    return f"{local:%H:%M}" if local.date() == today else f"{day(local)}, {local:%H:%M}"


def day(at: date, *, year: bool = False) -> str:
    """A day as calendars here name it: Nov 22; with its year: Nov 22, 2026."""
    pattern = _("MMM d, y") if year else _("MMM d")
    return format_date(at, pattern, locale=LOCALES[spoken()])


def stamp(at: datetime, zone: tzinfo) -> str:
    """A moment as a log that outlives the day names it: 2026-11-22 14:05 CST."""
    return f"{at.astimezone(zone):%Y-%m-%d %H:%M %Z}"


def minutes(length: float) -> str:
    """A duration that was estimated in minutes: 8 min, 2 h 5 min."""
    whole = max(1, round(length))
    if whole < 60:
        return f"{whole} min"
    return f"{whole // 60} h {whole % 60} min" if whole % 60 else f"{whole // 60} h"
