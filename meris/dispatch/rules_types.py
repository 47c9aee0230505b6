"""Types of incidents as rules: names, priority, when one is overdue, how often to check in."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import func, insert, select, update
from sqlalchemy.orm import Session

from meris.accounts import Viewer
from meris.dispatch.rules import Form, Shown, begin, unchanged
from meris.errors import NotFound
from meris.fields import PRIORITY
from meris.fields.words import key
from meris.tables import IncidentType

#: A day, in minutes.
_LONGEST = 1_440
_MOST_WORDS = 30
CATEGORIES = {
    "fire": "Fire",
    "ems": "Medical",
    "rescue": "Rescue",
    "hazmat": "Hazardous materials",
    "weather": "Weather and ground",
    "utility": "Utilities",
    "public_works": "Public works",
    "law": "Law enforcement",
    "mass_care": "Mass care",
    "other": "Other",
}


def every(session: Session) -> Sequence[IncidentType]:
    """All types, in the order of lists; those that are no longer used come last."""
    statement = select(IncidentType).order_by(IncidentType.active.desc(), IncidentType.rank)
    return session.scalars(statement).all()


def find(session: Session, code: str) -> IncidentType:
    """A type. Raises `NotFound`."""
    found = session.get(IncidentType, code, populate_existing=True)
    if found is None:
        raise NotFound("There is no such type of incident.")
    return found


def shown(kind: IncidentType) -> Shown:
    """The type as its form shows it."""
    return {
        "title": kind.title,
        "short": kind.short,
        "category": kind.category,
        "words": ", ".join(kind.words),
        "priority": str(kind.priority),
        "overdue_minutes": str(kind.overdue_minutes),
        "par_minutes": str(kind.par_minutes or ""),
        "active": "yes" if kind.active else "",
    }


def save(
    session: Session,
    viewer: Viewer,
    code: str | None,
    typed: Mapping[str, str],
    *,
    seen: str | None,
) -> str:
    """Write a type as it was typed, a new one for None; its code, which never changes.

    Raises `Forbidden`, `NotFound`, `Invalid` with every problem, or `Conflict` when the type says
    something else than was `seen`.
    """
    begin(session, viewer)
    if code is not None:
        unchanged("this type", shown(find(session, code)), seen)
    row = _read(session, code, typed)
    if code is not None:
        session.execute(update(IncidentType).where(IncidentType.code == code).values(row))
        return code
    last = session.scalar(select(func.max(IncidentType.rank)))
    fresh = {**row, "code": _code(str(row["title"])), "rank": (last or 0) + 1}
    return session.scalars(insert(IncidentType).values(fresh).returning(IncidentType.code)).one()


def _read(session: Session, code: str | None, typed: Mapping[str, str]) -> dict[str, Any]:
    form = Form(typed)
    words = [word.strip() for word in form.raw("words").split(",")]
    row: dict[str, Any] = {
        "title": form.text("title", "title", most=60),
        "short": form.text("short", "short form", most=12).casefold(),
        "category": form.of("category", "category", CATEGORIES),
        "words": [word for word in dict.fromkeys(words) if word],
        "priority": form.whole("priority", "priority", 1, len(PRIORITY)),
        "overdue_minutes": form.whole("overdue_minutes", "minutes", 1, _LONGEST),
        "par_minutes": form.maybe_whole("par_minutes", "minutes", 1, _LONGEST),
        "active": form.raw("active") == "yes",
    }
    form.text("words", "list of other names", most=600, needed=False)
    if len(row["words"]) > _MOST_WORDS:
        form.refuse("words", f"{_MOST_WORDS} other names are enough.")
    _own_names(session, form, code, row)
    form.done()
    return row


def _own_names(session: Session, form: Form, code: str | None, row: Mapping[str, Any]) -> None:
    """No two types may be meant by one word: a dispatcher types it and goes on."""
    taken = {
        key(name): other.title
        for other in session.scalars(select(IncidentType).where(IncidentType.code != (code or "")))
        for name in (other.code, other.short, other.title, *other.words)
    }
    named = [("title", row["title"]), ("short", row["short"])]
    for name, word in named + [("words", word) for word in row["words"]]:
        if not key(word):
            form.refuse(name, "Use letters and digits.")
        elif key(word) in taken:
            form.refuse(name, f'"{word}" means {taken[key(word)]} already.')


def _code(title: str) -> str:
    """A code for a new type: its title's letters and digits, and so as much its own."""
    words = "".join(letter if key(letter) else " " for letter in title)
    return "_".join(key(word) for word in words.split())
