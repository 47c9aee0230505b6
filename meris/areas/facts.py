"""What people say of an area, read and checked: kind, name, times, notes, who may see it."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from geo.columns import boundary_as_wkb
from meris.accounts import Viewer
from meris.areas import shape
from meris.errors import Invalid
from meris.fields import AREA_KIND, LOG_TEXT, Home
from meris.fields.times import Moment
from meris.incidents.read import find as find_incident

_LONGEST_NAME = 120
_SENSITIVITIES = ("public", "restricted", "confidential")
_MOMENT = Moment(future=True)

#: Members of a change and the columns they set; the members of a shape all set one.
FIELDS = {
    "kind": "kind",
    "name": "name",
    "incident_id": "incident_id",
    "starts_at": "starts_at",
    "ends_at": "ends_at",
    "notes": "notes",
    "sensitivity": "sensitivity",
    **dict.fromkeys(shape.MEMBERS, "shape"),
}
#: Goes along with a shape and sets nothing itself.
_BESIDE = frozenset({"allow_elsewhere"})


def read(session: Session, viewer: Viewer, given: Mapping[str, Any], home: Home) -> dict[str, Any]:
    """The given members as values by column. Raises `Invalid` with every problem at once."""
    values: dict[str, Any] = {}
    problems: list[dict[str, Any]] = []
    details: dict[str, Any] = {}
    problems += [
        _problem(name, given[name], f"An area has no {str(name)[:40]!r}.")
        for name in given
        if name not in FIELDS and name not in _BESIDE
    ]
    for name, column in FIELDS.items():
        if name not in given or (column == "shape" and given[name] is None):
            continue
        try:
            values[column] = _read_one(session, viewer, name, given, home)
        except Invalid as refusal:
            # what somebody wrote into the notes is not repeated: it may be about a person
            value = None if name == "notes" else given[name]
            problems += refusal.details.get("problems") or [_problem(name, value, refusal.message)]
            details |= {k: v for k, v in refusal.details.items() if k in ("at", "meant")}
    if problems:
        raise Invalid(problems[0]["message"], problems=problems, **details)
    return values


def check_times(starts_at: datetime, ends_at: datetime | None) -> None:
    """Raise `Invalid` when an area would end before it begins."""
    if ends_at is not None and ends_at <= starts_at:
        message = "It would end before it begins. Correct one of the times."
        raise Invalid(message, problems=[_problem("ends_at", ends_at.isoformat(), message)])


def _read_one(
    session: Session, viewer: Viewer, name: str, given: Mapping[str, Any], home: Home
) -> Any:
    if name in shape.MEMBERS:
        return boundary_as_wkb(shape.read(given, home))
    if name == "incident_id":
        return _incident(session, viewer, given[name])
    return _READERS[name](given[name], home)


def _incident(session: Session, viewer: Viewer, given: Any) -> int | None:
    if given in (None, ""):
        return None
    if isinstance(given, bool) or not isinstance(given, int) or not 0 < given < 2**63:
        raise Invalid("The incident is named by its id, a whole number.")
    return find_incident(session, viewer.policy, given).id


def _kind(given: Any, _home: Home) -> str:
    if not isinstance(given, str) or given not in AREA_KIND:
        codes = ", ".join(choice.code for choice in AREA_KIND)
        raise Invalid(f"The kind must be one of {codes}.")
    return given


def _name(given: Any, _home: Home) -> str:
    name = " ".join(_text(given, "name").split())
    if not name:
        raise Invalid("The area needs a name, such as Tornado track.")
    if len(name) > _LONGEST_NAME:
        raise Invalid(f"The name has {len(name):,} characters; {_LONGEST_NAME} are the most.")
    return name


def _notes(given: Any, home: Home) -> str | None:
    """As in an incident's log: nothing about single persons."""
    words: str | None = LOG_TEXT.read(_text(given, "notes"), home)
    return words


def _text(given: Any, what: str) -> str:
    if given is not None and not isinstance(given, str):
        raise Invalid(f"The {what} must be a text.")
    text = (given or "").strip()
    if "\0" in text:
        raise Invalid(f"The {what} holds a character that is none.")
    return text


def _starts_at(given: Any, home: Home) -> datetime:
    moment = _moment(given, home)
    return home.now() if moment is None else moment


def _moment(given: Any, home: Home) -> datetime | None:
    """A time in any notation, the state's own without a zone; "now"; nothing: none."""
    if given in (None, ""):
        return None
    if given == "now":
        return home.now()
    moment: datetime | None = _MOMENT.read(str(given)[:100], home)
    return moment


def _sensitivity(given: Any, _home: Home) -> str:
    if given not in _SENSITIVITIES:
        raise Invalid(f"Who may see it must be one of {', '.join(_SENSITIVITIES)}.")
    return str(given)


_READERS: dict[str, Callable[[Any, Home], Any]] = {
    "kind": _kind,
    "name": _name,
    "starts_at": _starts_at,
    "ends_at": _moment,
    "notes": _notes,
    "sensitivity": _sensitivity,
}


def _problem(field: str, value: Any, message: str) -> dict[str, Any]:
    short = value if isinstance(value, int | float | bool) else str(value)[:100]
    return {"field": field, "value": None if value is None else short, "message": message}
