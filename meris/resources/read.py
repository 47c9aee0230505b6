"""One resource with everything known of it, and many in a line each."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select, and_, case, func, select
from sqlalchemy.orm import Session

from geo.columns import position_of
from geo.grid import to_usng
from geo.values import Position
from meris import age_limits, dangers, fields, shelters, supplies, trails, units
from meris.accounts import Policy, Viewer
from meris.accounts.small_counts import withheld
from meris.errors import Invalid, NotFound
from meris.fields import Field, Home
from meris.language import _
from meris.resources import assigned
from meris.resources.kinds import KINDS
from meris.tables import Agency, County, Resource, Shelter, StatusCode, UnitPosition

MOST_BRIEFS = 200

#: Shown as the place, not as fields of their own.
_PLACE = frozenset({"latitude", "longitude", "county_fips", "position_at"})


def detail(
    session: Session, viewer: Viewer, resource_id: int, home: Home | None = None
) -> dict[str, Any]:
    """Everything the viewer may know of one resource, on the day by `home`'s clocks. Raises
    `NotFound`."""
    resource = find(session, viewer.policy, resource_id)
    part = session.get(KINDS[resource.kind].table, resource_id)
    live = session.get(UnitPosition, resource_id)
    held = assigned.at_work(session, viewer, resource)
    code = session.get_one(StatusCode, (resource.kind, resource.status))
    editable = viewer.editable(kind=resource.kind, agency_id=resource.agency_id)
    return {
        "id": resource.id,
        "kind": resource.kind,
        "version": resource.version,
        "name": resource.name,
        "type": resource.type,
        "status": _status(resource, code, viewer),
        "moves": _moves(resource, held),
        "assignment": held.told() if held and viewer.signed_in else None,
        "fields": [
            _shown(field, resource, part, editable) | _kept_back(field, part, viewer)
            for field in visible_fields(resource.kind, viewer)
        ],
        "place": _place(resource, live, viewer),
        "agency": {"id": resource.agency_id, "name": resource.agency.name},
        "county": _county(resource.county),
        "sensitivity": resource.sensitivity,
        "as_of": _iso(resource.as_of),
        "source": resource.source,
        "confirmed_at": _iso(resource.confirmed_at),
        "confirmed_by": resource.confirmed_by if viewer.signed_in else None,
        "stale_at": _iso(
            _stale_at(resource.confirmed_at, code.confirmed_minutes, resource.unreported_at)
        ),
        "unreported_at": _iso(resource.unreported_at),
        **_papers(resource, part, viewer, home or Home.of()),
        "dangers": _dangers(session, viewer, [resource_id]).get(resource_id, []),
        **_stock(session, viewer, resource),
        "editable": editable is None or bool(editable),
        "history_url": _history_url(viewer, resource),
        "trail_url": _trail_url(viewer, resource),
    }


def _stock(session: Session, viewer: Viewer, resource: Resource) -> dict[str, Any]:
    """What it keeps, and the page that says why; stock is for staff."""
    keeps = resource.kind in supplies.KEEPERS and viewer.may("see_staff")
    lines = supplies.stock(session, resource.id) if keeps else []
    return {"stock": lines, "stock_url": f"/supplies/{resource.id}" if keeps else None}


def _papers(resource: Resource, part: object, viewer: Viewer, home: Home) -> dict[str, Any]:
    """Of a shelter what is past its date, and where its life stands on one page; for staff."""
    if not isinstance(part, Shelter) or not viewer.may("see_staff"):
        return {"warnings": [], "record_url": None}
    return {
        "warnings": shelters.warnings(part, home.today()),
        "record_url": f"/sites/{resource.id}/record",
    }


def _moves(resource: Resource, held: assigned.Assigned | None) -> list[str]:
    """What it may become next; a unit that was sent goes by its assignment."""
    if resource.kind == "unit":
        return units.moves_of(resource.status, held.status if held else None)
    return sorted(KINDS[resource.kind].transitions[resource.status])


def _history_url(viewer: Viewer, resource: Resource) -> str | None:
    if viewer.may("history") or (viewer.signed_in and resource.agency_id == viewer.agency_id):
        return f"/api/resources/{resource.id}/history"
    return None


def _trail_url(viewer: Viewer, resource: Resource) -> str | None:
    return f"/api/units/{resource.id}/trail" if trails.may_look(viewer, resource) else None


def find(session: Session, policy: Policy, resource_id: int) -> Resource:
    """The resource, if the policy admits it. The same `NotFound` whether or not it exists."""
    statement = select(Resource).where(Resource.id == resource_id, policy.condition())
    resource = session.scalar(statement)
    if resource is None:
        raise NotFound(_("There is no such resource, or you may not see it."))
    return resource


def briefs(session: Session, viewer: Viewer, ids: Iterable[int]) -> list[dict[str, Any]]:
    """A line for each of at most 200 ids that the viewer may see, in the order asked."""
    wanted = list(dict.fromkeys(ids))
    if len(wanted) > MOST_BRIEFS:
        raise Invalid(f"{len(wanted)} ids were asked for. Ask for {MOST_BRIEFS} at most at once.")
    rows = session.execute(_brief_query(viewer.policy, wanted)).mappings().all()
    lines = _summaries(session, rows)
    inside = _dangers(session, viewer, wanted)
    by_id = {row["id"]: _brief(row, lines) | {"dangers": inside.get(row["id"], [])} for row in rows}
    return [by_id[i] for i in wanted if i in by_id]


def _dangers(
    session: Session, viewer: Viewer, ids: Iterable[int]
) -> dict[int, list[dict[str, Any]]]:
    found = dangers.of(session, viewer.policy, list(ids))
    return {i: [danger.told() for danger in those] for i, those in found.items()}


def visible_fields(kind: str, viewer: Viewer) -> list[Field]:
    """The fields of a kind that the viewer is shown."""
    staff = viewer.may("see_staff")
    return [
        field
        for field in fields.of(kind)
        if field.table and field.table != "stock_line" and (staff or not field.staff_only)
        if field.name not in _PLACE
    ]


def _shown(
    field: Field, resource: Resource, part: object, editable: frozenset[str] | None
) -> dict[str, Any]:
    holder = resource if field.table == "resource" else part
    value = getattr(holder, field.column, None)
    return {
        "name": field.name,
        "title": field.title,
        "group": fields.SECTIONS[field.section],
        "value": field.rule.json(value) if value is not None else None,
        "text": field.rule.text(value),
        "unit": field.unit,
        "widget": field.rule.widget,
        "choices": fields.choices_of(field),
        "required": field.required,
        "help": field.help,
        "staff_only": field.staff_only,
        "editable": editable is None or field.name in editable,
    }


def _kept_back(field: Field, part: object, viewer: Viewer) -> dict[str, Any]:
    """What the public is told in place of a count that might point at a person."""
    if not isinstance(part, Shelter) or viewer.may("see_staff"):
        return {}
    instead = withheld(part.population_medical_needs).get(field.name)
    return {"value": None, "text": instead} if instead else {}


def _status(resource: Resource, code: StatusCode, viewer: Viewer) -> dict[str, Any]:
    return {
        "code": resource.status,
        "title": code.title,
        "at": _iso(resource.status_at),
        "by": resource.status_by if viewer.signed_in else None,
        "reason": resource.status_reason,
        "source": resource.source,
    }


def _place(resource: Resource, live: UnitPosition | None, viewer: Viewer) -> dict[str, Any] | None:
    """Where it is: the device's newest fix, or what was recorded, whichever is younger."""
    if live and (resource.position_at is None or live.at >= resource.position_at):
        radius = None if live.accuracy_m is None else round(live.accuracy_m)
        return _placed(position_of(live.position), live.source, radius, live.at, live=True)
    return _placed(
        position_of(resource.position),
        resource.position_source,
        resource.position_radius_m,
        resource.position_at or (resource.as_of if viewer.signed_in else None),
    )


def _placed(
    position: Position | None,
    source: str | None,
    radius_m: int | None,
    at: datetime | None,
    *,
    live: bool = False,
) -> dict[str, Any] | None:
    if position is None:
        return None
    known = source in fields.POSITION_SOURCE
    return {
        "lat": round(position.lat, 6),
        "lon": round(position.lon, 6),
        "usng": to_usng(position),
        "source": source,
        "source_title": fields.POSITION_SOURCE[source].title if source and known else source,
        "radius_m": radius_m,
        "at": _iso(at),
        "live": live,
    }


def _county(county: County | None) -> dict[str, str] | None:
    if county is None:
        return None
    return {"fips": county.fips, "name": county.full_name, "state": county.state}


def _brief_query(policy: Policy, ids: Sequence[int]) -> Select[Any]:
    newer = and_(
        UnitPosition.resource_id.is_not(None),
        (Resource.position_at.is_(None)) | (UnitPosition.at >= Resource.position_at),
    )
    position = case((newer, UnitPosition.position), else_=Resource.position)
    return (
        select(
            Resource.id,
            Resource.kind,
            Resource.name,
            Resource.status,
            Resource.type,
            Resource.city,
            Resource.county_fips,
            County.name.label("county"),
            Agency.name.label("agency"),
            func.round(func.ST_Y(position) * 100_000).label("lat"),
            func.round(func.ST_X(position) * 100_000).label("lon"),
            Resource.as_of,
            Resource.confirmed_at,
            Resource.unreported_at,
            age_limits.confirmed_minutes().label("age_limit_minutes"),
        )
        .join(Agency, Agency.id == Resource.agency_id)
        .join(
            StatusCode,
            and_(StatusCode.kind == Resource.kind, StatusCode.code == Resource.status),
        )
        .outerjoin(County, County.fips == Resource.county_fips)
        .outerjoin(UnitPosition, UnitPosition.resource_id == Resource.id)
        .where(policy.condition(), Resource.id.in_(ids))
    )


def _summaries(session: Session, rows: Sequence[Any]) -> dict[int, str]:
    lines: dict[int, str] = {}
    for kind, rules in KINDS.items():
        ids = [row["id"] for row in rows if row["kind"] == kind]
        if ids:
            lines.update(rules.briefs(session, ids))
    return lines


def _brief(row: Any, lines: dict[int, str]) -> dict[str, Any]:
    confirmed = row["confirmed_at"]
    stale_at = _stale_at(confirmed, row["age_limit_minutes"], row["unreported_at"])
    return {
        **{name: row[name] for name in ("id", "kind", "name", "status", "type", "city")},
        "county": row["county"],
        "agency": row["agency"],
        "lat": None if row["lat"] is None else row["lat"] / 100_000,
        "lon": None if row["lon"] is None else row["lon"] / 100_000,
        "as_of": _iso(row["as_of"]),
        "confirmed_at": _iso(confirmed),
        "stale_at": _iso(stale_at),
        "summary": lines.get(row["id"], ""),
    }


def _stale_at(
    confirmed_at: datetime | None, age_limit_minutes: int, unreported_at: datetime | None
) -> datetime | None:
    """When it ceases to be believed: at its age, or since its agency's file lacks it."""
    aged = confirmed_at and confirmed_at + timedelta(minutes=age_limit_minutes)
    return min((moment for moment in (aged, unreported_at) if moment), default=None)


def _iso(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None
