"""How the phone's pages tell times and places: the clock of the state, and how long ago."""

from datetime import datetime, tzinfo

from flask import request
from markupsafe import Markup

from meris import wording
from meris.web import moments
from meris.web.context import context


def zone() -> tzinfo:
    """The state's."""
    return context().home.zone


def clock(at: datetime, now: datetime) -> str:
    """14:05, with its day when that is not today."""
    return wording.clock(at, now, zone())


def at_clock(at: datetime | str, now: datetime) -> Markup:
    """The same on a page, with its zone and UTC behind it."""
    at = moments.parsed(at)
    return moments.told(at, clock(at, now))


def since(at: datetime | str, now: datetime) -> Markup:
    """14:05, 3 min ago; the page's script keeps it current."""
    return _aged(at, now, "since")


def until(at: datetime | str, now: datetime) -> Markup:
    """14:05, in 3 min; or how long it is overdue."""
    return _aged(at, now, "until")


def meters(length: int) -> str:
    """350 ft, 3.2 mi, 41 mi: as the map has it."""
    return context().home.distances.say(length)


def has_apple_maps() -> bool:
    """iPhones and iPads open places by a link of their own."""
    agent = request.user_agent.string
    return any(name in agent for name in ("iPhone", "iPad", "iPod"))


def _aged(at: datetime | str, now: datetime, kind: str) -> Markup:
    at = moments.parsed(at)
    return moments.timed(at, f"{clock(at, now)}, {wording.from_now(now - at)}", kind)
