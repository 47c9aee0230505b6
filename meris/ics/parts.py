"""What several forms have in common."""

from datetime import UTC, datetime

from meris import fields
from meris.accounts import Viewer
from meris.fields import Home
from meris.ics.form import Block, clock, listed


def prepared_by(number: str, viewer: Viewer, home: Home) -> Block:
    """Who printed the form and when, with room to sign."""
    roles = listed([role.replace("_", " ") for role in sorted(viewer.roles)])
    title = listed((roles, viewer.agency_name))
    signed = f"Signature: ____________________________  Date/Time: {clock(home.now(), home)}"
    text = f"Name: {viewer.name}  Position/Title: {title}\n{signed}"
    return Block(number, "Prepared by", text)


def unit_title(code: str | None) -> str:
    """The kind of a unit in words."""
    kinds = fields.types("unit")
    return kinds[code].title if code and code in kinds else code or ""


def at_second(epoch: int | None, home: Home) -> str:
    """A time that is told as seconds since 1970, as forms show it; empty for none."""
    return clock(datetime.fromtimestamp(epoch, UTC), home) if epoch is not None else ""
