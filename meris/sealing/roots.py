"""The root of a day: the hash of its last seal, which stands for the whole journal until then.

A root that was printed or sent elsewhere is what an owner of the database cannot rewrite.
"""

import base64
import re
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from meris.errors import Invalid
from meris.sql import named
from meris.tables import JournalSeal

#: Of the hash, in what is read aloud: 120 bits, which nobody can aim at.
_SHORT_BYTES = 15
#: Crockford's letters: none is taken for a digit, and none is missing its neighbor on the phone.
_PLAIN, _SPOKEN = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_TO_SPOKEN = str.maketrans(_PLAIN, _SPOKEN)
_TO_PLAIN = str.maketrans(_SPOKEN + "OIL", _PLAIN + _PLAIN[0] + 2 * _PLAIN[1])
_BETWEEN = re.compile(r"[\s\-–.:]+")


class Root(NamedTuple):
    """The last seal of a local day: `hash` is the root. `rows` were sealed that day by `seals`."""

    day: date
    n: int
    hash: bytes
    sealed_at: datetime
    seals: int
    rows: int

    @property
    def short(self) -> str:
        """The root as it is read aloud."""
        return short(self.hash)

    def told(self) -> dict[str, Any]:
        """The root for JSON."""
        return {
            "day": self.day.isoformat(),
            "root": self.short,
            "hash": self.hash.hex(),
            "seal": self.n,
            "sealed_at": self.sealed_at.isoformat(),
            "seals": self.seals,
            "rows": self.rows,
        }


def short(digest: bytes) -> str:
    """The first 120 bits of a hash, as six groups of four of Crockford's letters and digits."""
    spoken = base64.b32encode(digest[:_SHORT_BYTES]).decode().translate(_TO_SPOKEN)
    return "-".join(spoken[i : i + 4] for i in range(0, len(spoken), 4))


def prefix_of(given: str) -> bytes:
    """The bytes that a root begins with: from its 64 hexadecimal digits, or from its short form.

    Spaces and dashes do not matter, nor O for 0, I and L for 1. Raises `Invalid`.
    """
    root = _BETWEEN.sub("", given).upper()
    if re.fullmatch(r"[0-9A-F]{64}", root):
        return bytes.fromhex(root)
    if re.fullmatch(r"[0-9A-TV-Z]{24}", root):
        return base64.b32decode(root.translate(_TO_PLAIN))
    raise Invalid(
        "This is no root. It has six groups of four letters and digits, or 64 hexadecimal digits."
    )


def with_hash(session: Session, prefix: bytes) -> tuple[int, datetime] | None:
    """Number and time of the seal whose hash begins so; None: there is none."""
    begins = func.substring(JournalSeal.hash, 1, len(prefix)) == prefix
    found = session.execute(select(JournalSeal.n, JournalSeal.sealed_at).where(begins)).first()
    return (found.n, found.sealed_at) if found else None


def roots(session: Session, zone: ZoneInfo, first: date, last: date) -> list[Root]:
    """The roots of the days `first` to `last` that have any, newest first."""
    span = {
        "zone": zone.key,
        "first": _midnight(first, zone),
        "end": _midnight(last + timedelta(days=1), zone),
    }
    rows = session.execute(named("sealing", "roots"), span)
    return [Root(**{**row._mapping, "hash": bytes(row.hash)}) for row in rows]


def first_day(session: Session, zone: ZoneInfo) -> date | None:
    """The local day of the first seal; None before there is one."""
    first = session.scalar(select(func.min(JournalSeal.sealed_at)))
    return first.astimezone(zone).date() if first else None


def root_of(session: Session, zone: ZoneInfo, day: date) -> Root | None:
    """The root of a day; None where nothing was sealed on it."""
    return next(iter(roots(session, zone, day, day)), None)


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=zone)
