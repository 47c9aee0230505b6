"""What may happen: the installation's own types of incident, found by what people call them."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from meris.errors import Invalid
from meris.fields.words import closest, key, shown
from meris.tables import IncidentType

_MOST_CHOICES = 8


def every(session: Session) -> Sequence[IncidentType]:
    """The types in use, in the order of lists."""
    statement = select(IncidentType).where(IncidentType.active).order_by(IncidentType.rank)
    return session.scalars(statement).all()


def type_of(session: Session, text: str) -> IncidentType:
    """The type that a code, short form, title, other name or the beginning of one means.

    Raises `Invalid` with `choices` ([{code, title, short}]) when it means none, or several.
    """
    wanted = key(text)
    if not wanted:
        raise _unclear("What happened? Name the type of the incident.", every(session))
    types = every(session)
    exact = next((one for one in types if wanted in _keys(one)), None)
    if exact is not None:
        return exact
    begun = [one for one in types if any(name.startswith(wanted) for name in _keys(one))]
    if len(begun) == 1:
        return begun[0]
    if begun:
        raise _unclear(f"{shown(text)} may be one of several types. Which one?", begun)
    near = closest(text, {name: one.title for one in types for name in _keys(one)})
    meant = f" Did you mean {near}?" if near else ""
    raise _unclear(f"{shown(text)} is not a type of incident.{meant}", types)


def _keys(one: IncidentType) -> list[str]:
    return [key(name) for name in (one.code, one.short, one.title, *one.words)]


def _unclear(message: str, choices: Sequence[IncidentType]) -> Invalid:
    return Invalid(
        message,
        problems=[{"field": "type", "message": message}],
        choices=[
            {"code": one.code, "title": one.title, "short": one.short}
            for one in choices[:_MOST_CHOICES]
        ],
    )
