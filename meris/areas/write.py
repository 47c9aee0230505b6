"""Drawing areas, changing and ending them, and taking away what was drawn by mistake."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from geo.columns import boundary_of
from meris.accounts import Viewer
from meris.areas import facts
from meris.areas.read import detail, find
from meris.errors import Conflict, Invalid
from meris.fields import AREA_KIND, LOG_TEXT, Home
from meris.incidents import log
from meris.tables import Area, Change, Incident

#: What people call a column in a conflict and in an incident's log.
_TITLES = {
    "kind": "Kind",
    "name": "Name",
    "incident_id": "Incident",
    "starts_at": "Start",
    "ends_at": "End",
    "notes": "Notes",
    "sensitivity": "Who may see it",
    "shape": "Shape",
}
_NEEDED = ("kind", "name", "shape")


def create(
    session: Session,
    viewer: Viewer,
    given: Mapping[str, Any],
    *,
    home: Home,
    key: str | None = None,
) -> Area:
    """Draw an area; `given` as `facts.FIELDS` names it. The same `key` twice makes one area.

    Raises `Forbidden`, `Invalid` with every problem, `NotFound` for an incident not known.
    """
    viewer.require("dispatch", "draw areas")
    if key and (made := _made_by(session, viewer, key)):
        return made
    values = facts.read(session, viewer, given, home)
    _require(values, given)
    values.setdefault("starts_at", home.now())
    facts.check_times(values["starts_at"], values.get("ends_at"))
    values.setdefault("sensitivity", _inherited(session, values.get("incident_id")))
    values |= {"agency_id": viewer.agency_id, "created_by": viewer.name, "client_key": key}
    statement = insert(Area).values(values).on_conflict_do_nothing(index_elements=["client_key"])
    area_id = session.scalar(statement.returning(Area.id))
    if area_id is None and key and (made := _made_by(session, viewer, key)):
        return made
    area = session.get_one(Area, area_id)
    _tell(session, viewer, area.incident_id, f"{_called(area)} drawn.")
    return area


def change(
    session: Session,
    viewer: Viewer,
    area_id: int,
    *,
    version: int,
    given: Mapping[str, Any],
    home: Home,
) -> None:
    """Set what was seen at `version`; `ends_at` "now" ends it.

    Asked for again, what is so already changes nothing. Raises `Forbidden`, `NotFound`, `Invalid`,
    or `Conflict` with who changed what meanwhile.
    """
    viewer.require("dispatch", "change areas")
    area = find(session, viewer.policy, area_id)
    values = facts.read(session, viewer, given, home)
    if not values:
        raise Invalid("Nothing was sent. Name at least one field to set.")
    facts.check_times(values.get("starts_at", area.starts_at), values.get("ends_at", area.ends_at))
    before, ended = area.incident_id, given.get("ends_at") == "now"
    if not _update(session, area, version, values):
        if _is_so_already(area, values, ended=ended):
            return
        raise _conflict(session, viewer, area, version)
    for incident_id in dict.fromkeys((before, area.incident_id)):
        _tell(session, viewer, incident_id, _told(area, values, ended=ended))


def remove(session: Session, viewer: Viewer, area_id: int, *, version: int, reason: object) -> None:
    """Take away what was drawn by mistake; the journal keeps it, with the reason in its notes.

    Who has removed it may say so twice. Raises `Forbidden`, `NotFound`, `Invalid` without a reason,
    `Conflict`.
    """
    viewer.require("dispatch", "remove areas")
    if _removed_by(session, viewer, area_id):
        return
    area = find(session, viewer.policy, area_id)
    why = LOG_TEXT.read(reason) if isinstance(reason, str) else None
    if not why:
        message = "Say why it is removed."
        raise Invalid(message, problems=[{"field": "reason", "value": None, "message": message}])
    called, incident_id = _called(area), area.incident_id
    notes = "\n".join(filter(None, (area.notes, f"Removed by {viewer.name}: {why}")))
    if not _update(session, area, version, {"notes": notes}):
        raise _conflict(session, viewer, area, version)
    session.execute(delete(Area).where(Area.id == area_id))
    _tell(session, viewer, incident_id, f"{called} removed: {why}")


def _made_by(session: Session, viewer: Viewer, key: str) -> Area | None:
    """What was made by this key, if it was and the viewer may know of it."""
    return session.scalar(select(Area).where(Area.client_key == key, viewer.policy.areas()))


def _require(values: Mapping[str, Any], given: Mapping[str, Any]) -> None:
    missing = [name for name in _NEEDED if name not in values]
    if missing:
        names = ", ".join(_TITLES[name].lower() for name in missing)
        raise Invalid(
            f"The area needs more: {names}.",
            problems=[
                {"field": "geometry" if name == "shape" else name, "value": given.get(name),
                 "message": f"{_TITLES[name]} is missing."}
                for name in missing
            ],
        )  # fmt: skip


def _inherited(session: Session, incident_id: int | None) -> str:
    """An area tells of its incident: it is no more open than that, and never public by itself."""
    known = session.scalar(select(Incident.sensitivity).where(Incident.id == incident_id))
    return "confidential" if known == "confidential" else "restricted"


def _update(session: Session, area: Area, version: int, values: Mapping[str, Any]) -> bool:
    """Write, if the area is still as it was seen."""
    written = session.scalar(
        update(Area)
        .where(Area.id == area.id, Area.version == version)
        .values(**values)
        .returning(Area.id)
        .execution_options(synchronize_session=False)
    )
    session.expire(area)
    return written is not None


def _is_so_already(area: Area, values: Mapping[str, Any], *, ended: bool) -> bool:
    """Whether this was sent twice: the area is as it is asked to be."""
    return all(
        _same(column, getattr(area, column), value)
        or (column == "ends_at" and ended and area.ends_at is not None and area.ends_at <= value)
        for column, value in values.items()
    )


def _same(column: str, present: Any, value: Any) -> bool:
    if column == "shape":
        return boundary_of(present).equals_exact(boundary_of(value))
    return bool(present == value)


def _removed_by(session: Session, viewer: Viewer, area_id: int) -> bool:
    statement = select(Change.id).where(
        Change.table_name == "area",
        Change.row_id == str(area_id),
        Change.operation == "D",
        Change.actor_id == viewer.account_id,
    )
    return session.scalar(statement) is not None


def _conflict(session: Session, viewer: Viewer, area: Area, version: int) -> Conflict:
    """What the loser of a race must know: what it is now, and who changed what meanwhile."""
    name = area.name
    changed = _changed(session, area.id, behind=max(area.version - version, 1))
    who = ", ".join(dict.fromkeys(item["by"] for item in changed)) or "Somebody else"
    what = ", ".join(item["title"].lower() for item in changed) or "it"
    return Conflict(
        f"{who} changed {what} of {name} while you had it open."
        " Look at what changed, then save again.",
        current=detail(session, viewer, area.id),
        changed=changed,
    )


def _changed(session: Session, area_id: int, *, behind: int) -> list[dict[str, Any]]:
    """The newest change of each field in the last `behind` changes."""
    newest: dict[str, dict[str, Any]] = {}
    for row in reversed(_history(session, area_id, behind)):
        for column in (row.after or {}).keys() & _TITLES.keys():
            newest[column] = {
                "field": column,
                "title": _TITLES[column],
                "theirs": None if column in ("shape", "incident_id") else row.after[column],
                "by": row.actor_name,
                "at": row.at.isoformat(),
            }
    return sorted(newest.values(), key=lambda item: list(_TITLES.values()).index(item["title"]))


def _history(session: Session, area_id: int, most: int) -> Sequence[Any]:
    statement = (
        select(Change)
        .where(Change.table_name == "area", Change.row_id == str(area_id), Change.operation == "U")
        .order_by(Change.id.desc())
        .limit(most)
    )
    return session.scalars(statement).all()


def _called(area: Area) -> str:
    return f"{AREA_KIND[area.kind].title} area {area.name}"


def _told(area: Area, values: Mapping[str, Any], *, ended: bool) -> str:
    if ended and set(values) == {"ends_at"}:
        return f"{_called(area)} ended."
    return f"{_called(area)} changed: {', '.join(_TITLES[c].lower() for c in values)}."


def _tell(session: Session, viewer: Viewer, incident_id: int | None, text: str) -> None:
    if incident_id is not None:
        log.add(session, viewer, incident_id, text, kind="change")
