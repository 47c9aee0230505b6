"""What the pages of stock call things."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from markupsafe import Markup

from meris import supplies, wording
from meris.fields.lists_supply import UNIT_OF_ISSUE
from meris.web import moments, phone_words

#: What the buttons of a stock line say, and what they want to know besides how many.
VERBS = {
    "issue": "Hand out",
    "receive": "Receive",
    "return": "Came back",
    "adjust_up": "Found more",
    "adjust_down": "Found less",
    "damage": "Damaged",
    "expire": "Expired",
    "set_aside": "Set aside",
    "let_go": "Free again",
}
HINTS = {
    "issue": "to those who use it up",
    "receive": "from outside: bought, given, delivered",
    "return": "handed out and not used",
    "adjust_up": "more is there than the books say; say why",
    "adjust_down": "less is there than the books say; say why",
    "damage": "spoilt or broken, thrown away; say why",
    "expire": "past its last day, thrown away",
    "set_aside": "kept for a purpose that no request knows",
    "let_go": "what was set aside is free again",
}
_DONE = {
    "receive": "Received",
    "issue": "Handed out",
    "transfer_out": "Sent",
    "transfer_in": "Taken in from a shipment",
    "commit": "Promised",
    "release_commit": "Promise released",
    "adjust_up": "Found more",
    "adjust_down": "Found less",
    "expire": "Expired",
    "damage": "Damaged",
    "return": "Came back",
}
_SOURCES = {"api": "by a program", "phone": "by phone", "upload": "by an upload"}


def done(movement: Mapping[str, Any]) -> str:
    """What happened, in words."""
    kind = movement["kind"]
    said = _DONE[kind]
    if kind in ("commit", "release_commit") and movement["fill_id"] is None:
        said = "Set aside" if kind == "commit" else "Freed again"
    return f"Taken back: {said.lower()}" if movement["reverses_id"] else said


def source(movement: Mapping[str, Any]) -> str:
    """How it reached MERIS, where that is not a page of it."""
    return _SOURCES.get(movement["source"], "")


def quantity(number: float | None, unit: str) -> str:
    """40 cases; a dash where nobody knows."""
    if number is None:
        return "—"
    return supplies.amount(supplies.exact(number), unit)


def plain(number: float | None) -> str:
    """The same without its unit."""
    return "—" if number is None else f"{supplies.exact(number):,f}"


def signed(number: float) -> str:
    """+40 or −40; nothing for none."""
    return "" if not number else f"{'+' if number > 0 else '−'}{plain(abs(number))}"


def day(iso: str | None) -> str:
    """Jun 30, 2027."""
    if not iso:
        return ""
    return wording.day(date.fromisoformat(iso), year=True)


def since(iso: str | None) -> Markup | str:
    """How long ago, or that nobody said."""
    return moments.age(iso) if iso else "never"


def when(iso: str, now: datetime) -> Markup:
    """14:05, 3 h ago: where the clock matters as much as the age."""
    return phone_words.since(iso, now)


def moment(iso: str) -> str:
    """Mar 14, 2026, 15:05 CST, by the state's clock: for paper, which does not grow younger."""
    return moments.by_clock(moments.parsed(iso))


def unit(code: str) -> str:
    """case, gallon, each."""
    return UNIT_OF_ISSUE[code].title.lower() if code in UNIT_OF_ISSUE else code


def until(iso: str, now: datetime) -> Markup:
    """14:05, in 3 h; or how long it is overdue."""
    return phone_words.until(iso, now)
