"""How the public's page tells times, distances and counties: as people in the state say them."""

from datetime import datetime, timedelta, tzinfo

from babel.dates import format_datetime

from meris.distances import Distances
from meris.language import LOCALES, N_, _, ngettext, spoken

_MINUTE, _HOUR, _DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
#: What kinds of county are called in full.
_COUNTIES = {" County": N_("%(name)s County"), " Parish": N_("%(name)s Parish")}
_CITY = "City of "


def clock(at: datetime, now: datetime, zone: tzinfo) -> str:
    """2:05 PM, with its day when that is not today."""
    local, today = at.astimezone(zone), now.astimezone(zone).date()
    pattern = _("h:mm a") if local.date() == today else _("MMM d, h:mm a")
    return format_datetime(local, pattern, locale=LOCALES[spoken()])


def ago(at: datetime, now: datetime) -> str:
    """How long ago in the largest unit: just now, 1 minute ago, 3 hours ago, 2 days ago."""
    length = now - at
    if length < _MINUTE:
        return _("just now")
    if length < _HOUR:
        return ngettext("%(num)s minute ago", "%(num)s minutes ago", length // _MINUTE)
    if length < 2 * _DAY:
        return ngettext("%(num)s hour ago", "%(num)s hours ago", length // _HOUR)
    return ngettext("%(num)s day ago", "%(num)s days ago", length // _DAY)


def distance(meters: float, distances: Distances) -> str:
    """A distance in whole words: 350 feet, 3.2 miles, 41 miles."""
    number, unit = distances.figure(meters)
    one = 1 if number == "1.0" else 2
    if unit == "mi":
        return ngettext("%(number)s mile", "%(number)s miles", one, number=number)
    return _("%(number)s feet", number=number) if unit == "ft" else f"{number} {unit}"


def county(full_name: str) -> str:
    """Boone County, City of St. Louis: a county by its full name, as people say it."""
    for ending, said in _COUNTIES.items():
        if full_name.endswith(ending):
            return _(said, name=full_name.removesuffix(ending))
    if full_name.startswith(_CITY):
        return _("City of %(name)s", name=full_name.removeprefix(_CITY))
    return full_name
