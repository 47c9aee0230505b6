"""Changing one resource by hand: the version it was seen at, the rules, and who was faster."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from geo.columns import as_wkb
from geo.gazetteer import Gazetteer
from geo.grid import from_usng
from geo.notation import read_position
from geo.values import NotAPlace, Position
from meris import changes, counts, fields, shelters, stays
from meris.accounts import Viewer
from meris.errors import Conflict, Forbidden, Invalid
from meris.fields import Field, Home
from meris.fields.common import EVERY
from meris.fields.text_rules import Text
from meris.language import _
from meris.resources.history import title_of
from meris.resources.kinds import KINDS
from meris.resources.read import detail, find
from meris.tables import Resource

#: Accepted in place of `latitude` and `longitude`.
_PLACE_FIELDS = ("latitude", "longitude", "usng", "coordinates")
#: Said with a status by a person; files have no column for it, so that none can outlive its status.
_REASON = Field(
    "status_reason", "Reason", EVERY, Text(200, "reason"), "resource", "status", "Why it is so."
)
#: A status says something about now, so setting one confirms the record.
_COUNTED = frozenset(counts.FIELDS.values())
#: Said with a status, and no column: where the people of a shelter went that empties.
_WENT = "went"
_CONFIRMING = _COUNTED | {"status"}

Problem = dict[str, Any]


def change(
    session: Session,
    viewer: Viewer,
    resource_id: int,
    *,
    version: int,
    values: Mapping[str, Any],
    home: Home,
    at: datetime | None = None,
    reason: str | None = None,
) -> None:
    """Set fields of a resource that the viewer saw at `version`; said `at`, None is now.

    `reason`: why the status is what it is now, in words that have been read. A shelter that closes
    with people takes where they went as `went` among the values (`meris.stays`).

    Raises `Invalid` with every problem, `Forbidden`, `NotFound`, or `Conflict` when somebody
    wrote in between: with the present state and what they changed. Nothing is half done.
    """
    resource = find(session, viewer.policy, resource_id)
    values, went = _without_went(resource, values, home)
    require_editable(viewer, resource, values)
    require_version(session, viewer, resource, version)
    common, part = _read(resource, values, home)
    if reason:
        common["status_reason"] = reason
    _check_facts(session, viewer, resource, common, part, went)
    _stamp(resource, common, part, viewer, at or _now())
    _write(session, viewer, resource, version, common, part)
    if went:
        stays.leave(session, viewer, resource_id, went, at=at or _now())
        session.expire_all()


def _without_went(
    resource: Resource, values: Mapping[str, Any], home: Home
) -> tuple[Mapping[str, Any], list[stays.Went]]:
    """The values that are fields, and where people went."""
    if _WENT not in values or resource.kind != "shelter":
        return values, []
    went = stays.read(values[_WENT], home)
    if went and "status" not in values:
        raise _invalid(_WENT, None, "People leave with a status: send that as well.")
    return {name: value for name, value in values.items() if name != _WENT}, went


def confirm(
    session: Session,
    viewer: Viewer,
    resource_id: int,
    *,
    version: int,
    at: datetime | None = None,
) -> None:
    """Say that what is recorded is still true, `at`; None is now. Raises as `change` does."""
    resource = find(session, viewer.policy, resource_id)
    require_editable(viewer, resource, {"status": None})
    require_version(session, viewer, resource, version)
    confirmed = {"confirmed_at": at or _now(), "confirmed_by": viewer.name}
    _write(session, viewer, resource, version, confirmed, {})


def require_version(session: Session, viewer: Viewer, resource: Resource, version: int) -> None:
    """Raise `Conflict` unless the resource is still what the viewer saw."""
    if resource.version != version:
        raise _conflict(session, viewer, resource, version)


def require_editable(viewer: Viewer, resource: Resource, values: Mapping[str, Any]) -> None:
    """Raise `Forbidden` unless the viewer may set all of these."""
    granted = viewer.editable(kind=resource.kind, agency_id=resource.agency_id)
    if granted is None:
        return
    refused = sorted(set(values) - granted)
    if refused or not granted:
        raise Forbidden(
            _(
                "%(name)s may not change %(fields)s of %(resource)s. It belongs to %(agency)s.",
                name=viewer.name,
                fields=", ".join(refused) or _("this resource"),
                resource=resource.name,
                agency=resource.agency.name,
            )
        )


def _read(
    resource: Resource, values: Mapping[str, Any], home: Home
) -> tuple[dict[str, Any], dict[str, Any]]:
    """The values by column, for the common table and for the kind's. Raises `Invalid`."""
    common: dict[str, Any] = {}
    part: dict[str, Any] = {}
    problems: list[Problem] = []
    known = fields.by_name(resource.kind)
    for name, raw in values.items():
        if name in _PLACE_FIELDS:
            continue
        if name == _REASON.name:
            _read_one(_REASON, raw, home, common, problems)
            continue
        field = known.get(name)
        if field is None or not field.table or field.table == "stock_line":
            problems.append(_problem(name, raw, f"A {resource.kind} has no field {name!r}."))
            continue
        _read_one(field, raw, home, common if field.table == "resource" else part, problems)
    _read_place(values, home, common, problems)
    if not values:
        problems.append(_problem("", None, "Nothing was sent. Name at least one field to set."))
    if problems:
        raise Invalid(problems[0]["message"], problems=problems)
    return common, part


def _read_one(
    field: Field, raw: Any, home: Home, into: dict[str, Any], problems: list[Problem]
) -> None:
    try:
        value = field.rule.read(raw, home)
    except Invalid as refusal:
        problems.append(_problem(field.name, raw, refusal.message))
        return
    if value is None and field.required:
        problems.append(_problem(field.name, raw, f"{field.title} is empty. Fill it in."))
        return
    into[field.column] = value


def _read_place(
    values: Mapping[str, Any], home: Home, common: dict[str, Any], problems: list[Problem]
) -> None:
    if not any(values.get(name) not in (None, "") for name in _PLACE_FIELDS):
        return
    try:
        position = _position(values)
    except NotAPlace as refusal:
        field = next(name for name in _PLACE_FIELDS if values.get(name) not in (None, ""))
        problems.append(_problem(field, values[field], str(refusal)))
        return
    common |= {
        "position": as_wkb(position),
        "position_source": "surveyed",
        "position_radius_m": None,
        "position_at": _now(),
        "county_fips": _county_fips(position, home.gazetteer),
    }


def _position(values: Mapping[str, Any]) -> Position:
    """The place meant by latitude and longitude, a grid reference or one cell. `NotAPlace`."""
    if values.get("usng"):
        return from_usng(str(values["usng"])).center
    if values.get("coordinates"):
        return read_position(str(values["coordinates"])).position
    lat, lon = values.get("latitude"), values.get("longitude")
    if lat in (None, "") or lon in (None, ""):
        raise NotAPlace("A place needs both a latitude and a longitude. Fill in the other one.")
    try:
        return Position(float(lat), float(lon))
    except (TypeError, ValueError) as problem:
        if isinstance(problem, NotAPlace):
            raise
        return read_position(f"{lat}, {lon}").position


def _county_fips(position: Position, gazetteer: Gazetteer) -> str | None:
    county = gazetteer.county_at(position)
    return county.fips if county else None


def _check_facts(
    session: Session,
    viewer: Viewer,
    resource: Resource,
    common: dict[str, Any],
    part: dict[str, Any],
    went: list[stays.Went],
) -> None:
    """Rules that need more than one field: allowed moves, and what must agree."""
    rules = KINDS[resource.kind]
    status = common.get("status", resource.status)
    if status != resource.status and status not in rules.transitions[resource.status]:
        titles = fields.statuses(resource.kind)
        allowed = ", ".join(titles[s].title for s in sorted(rules.transitions[resource.status]))
        raise _invalid(
            "status",
            status,
            f"{resource.name} is {titles[resource.status].title} and cannot become"
            f" {titles[status].title} from there. It can become {allowed}.",
        )
    if resource.kind == "shelter":
        part = _check_stay(session, viewer, resource, common, part, went)
    row = session.get(rules.table, resource.id)
    facts = {column.key: getattr(row, column.key) for column in rules.table.__table__.columns}
    try:
        rules.check(status, facts | part)
    except Invalid as refusal:
        raise _invalid(refusal.details["field"], status, refusal.message) from refusal


def _check_stay(
    session: Session,
    viewer: Viewer,
    resource: Resource,
    common: dict[str, Any],
    part: dict[str, Any],
    went: list[stays.Went],
) -> dict[str, Any]:
    """What only a shelter's moves ask for; the facts as they will be once its people have left."""
    status = common.get("status", resource.status)
    if resource.status == "retired" != status:
        _require_brought_back(viewer, resource, common)
    if not _COUNTED.isdisjoint(part):
        if went:
            raise _invalid(_WENT, None, "Say where the people went, or a new count, but not both.")
        return part
    leaves = went or (status in shelters.EMPTY and status != resource.status)
    if leaves:
        stays.check(session, viewer, resource, status, went)
    return part | ({"population_total": 0} if went and status in shelters.EMPTY else {})


def _require_brought_back(viewer: Viewer, resource: Resource, common: dict[str, Any]) -> None:
    """A retired site is brought back by who keeps its whole record, and says why."""
    if viewer.editable(kind=resource.kind, agency_id=resource.agency_id) is not None:
        raise Forbidden(
            _(
                "%(name)s is retired. Who edits the records of %(agency)s can bring it back.",
                name=resource.name,
                agency=resource.agency.name,
            )
        )
    if not common.get("status_reason"):
        raise _invalid(
            "status_reason", None, f"{resource.name} is retired. Say why it is brought back."
        )


def _stamp(
    resource: Resource,
    common: dict[str, Any],
    part: dict[str, Any],
    viewer: Viewer,
    now: datetime,
) -> None:
    """Who says so, and since when. People are counted anew though their number be the same."""
    if "status" in common and common["status"] != resource.status:
        common |= {"status_at": common.get("status_at", now), "status_by": viewer.name}
        common.setdefault("status_reason", None)
        if resource.kind == "shelter":
            part |= shelters.dates(resource.status, common["status"], now) | part
    if not _CONFIRMING.isdisjoint(common | part) and _is_newer(resource, now):
        common |= {"confirmed_at": now, "confirmed_by": viewer.name}
    if not _COUNTED.isdisjoint(part):
        part["counted_at"] = now
        part.setdefault("reporting_period", "adhoc")


def _is_newer(resource: Resource, now: datetime) -> bool:
    """Whether nobody has confirmed the record later than that."""
    return resource.confirmed_at is None or resource.confirmed_at < now


def _write(
    session: Session,
    viewer: Viewer,
    resource: Resource,
    version: int,
    common: dict[str, Any],
    part: dict[str, Any],
) -> None:
    statement = (
        update(Resource)
        .where(Resource.id == resource.id, Resource.version == version)
        .values(updated_at=_now(), **common)
        .returning(Resource.id)
        .execution_options(synchronize_session=False)
    )
    table = KINDS[resource.kind].table
    try:
        if session.scalar(statement) is None:
            raise _conflict(session, viewer, resource, version)
        if part:
            session.execute(
                update(table)
                .where(table.resource_id == resource.id)
                .values(part)
                .execution_options(synchronize_session=False)
            )
    except IntegrityError as problem:
        raise _taken(problem, resource.name, common) from problem
    session.expire_all()


def _taken(problem: IntegrityError, name: str, common: dict[str, Any]) -> Exception:
    if "uq_resource_external_id" in str(problem.orig):
        return _invalid(
            "external_id",
            common.get("external_id"),
            "Another resource of this agency has this ID already. Use a different one.",
        )
    if "unit_status_agrees" in str(problem.orig):
        return Conflict(
            _("%(name)s was sent to an incident just now. Look at it, then try again.", name=name)
        )
    return problem


def _conflict(session: Session, viewer: Viewer, resource: Resource, version: int) -> Conflict:
    """What the loser of a race must know: the present state, and who changed what meanwhile."""
    session.refresh(resource)
    current = detail(session, viewer, resource.id)
    behind = max(resource.version - version, 1)
    told = _changed(session, resource, current, writes=behind)
    who = ", ".join(dict.fromkeys(item["by"] for item in told)) or "Somebody else"
    return Conflict(
        _(
            "%(who)s changed %(name)s while you had it open."
            " Look at what changed, then save again.",
            who=who,
            name=resource.name,
        ),
        current=current,
        changed=told,
    )


def _changed(
    session: Session, resource: Resource, current: dict[str, Any], *, writes: int
) -> list[dict[str, Any]]:
    shown = {field["name"]: field for field in current["fields"]}
    visible = {f.column: f for f in fields.of(resource.kind) if f.name in shown}
    newest: dict[str, dict[str, Any]] = {}
    for row in changes.between_versions(session, resource.id, writes=writes):
        for column, value in (row.after or {}).items():
            if column in visible or column == "position":
                field = visible.get(column)
                newest[column] = {
                    "field": field.name if field else column,
                    "title": title_of(column, visible),
                    "theirs": shown[field.name]["text"] if field else None,
                    "value": value,
                    "by": row.actor_name,
                    "at": row.at.isoformat(),
                }
    return list(newest.values())


def _problem(field: str, value: Any, message: str) -> Problem:
    return {"field": field, "value": value, "message": message}


def _invalid(field: str, value: Any, message: str) -> Invalid:
    return Invalid(message, problems=[_problem(field, value, message)])


def _now() -> datetime:
    return datetime.now(UTC)
