"""How the phone's pages tell times and places: the clock of the state, and how long ago."""

from datetime import datetime, timedelta, tzinfo

from flask import request
from markupsafe import Markup

from meris.dispatch import phrases
from meris.web.context import context

_SOON = timedelta(seconds=30)


def zone() -> tzinfo:
    """The state's."""
    return context().home.zone


def clock(at: datetime, now: datetime) -> str:
    """14:05, with its day when that is not today."""
    local, today = at.astimezone(zone()), now.astimezone(zone()).date()
    return f"{local:%H:%M}" if local.date() == today else f"{local:%b} {local.day}, {local:%H:%M}"


def since(at: datetime | str, now: datetime) -> Markup:
    """14:05, 3 min ago; the page's script keeps it current."""
    at = _moment(at)
    length = now - at
    ago = "just now" if length < _SOON else f"{phrases.span(length)} ago"
    return _time(at, "since", f"{clock(at, now)}, {ago}")


def until(at: datetime | str, now: datetime) -> Markup:
    """14:05, in 3 min; or how long it is overdue."""
    at = _moment(at)
    left = at - now
    words = f"in {phrases.span(left)}" if left >= timedelta() else f"{phrases.span(-left)} ago"
    return _time(at, "until", f"{clock(at, now)}, {words}")


def meters(length: int) -> str:
    """350 m, 3.2 km, 41 km: as the map has it."""
    if length < 1000:
        return f"{max(10, round(length, -1))} m"
    return f"{length / 1000:.1f} km" if length < 9950 else f"{round(length / 1000)} km"


def has_apple_maps() -> bool:
    """iPhones and iPads open places by a link of their own."""
    agent = request.user_agent.string
    return any(name in agent for name in ("iPhone", "iPad", "iPod"))


def _moment(at: datetime | str) -> datetime:
    return datetime.fromisoformat(at) if isinstance(at, str) else at


def _time(at: datetime, age: str, words: str) -> Markup:
    return Markup('<time class="age" datetime="{}" data-age="{}">{}</time>').format(
        at.isoformat(timespec="seconds"), age, words
    )
