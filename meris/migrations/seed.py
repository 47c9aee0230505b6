"""What every database must hold besides its schema: roles, code lists, places, rights.

Each step leaves alone what is already there, so that an operator's changes survive an upgrade.
"""

from sqlalchemy import Connection, delete, exists, make_url, select, text
from sqlalchemy.dialects.postgresql import insert

from geo.columns import as_wkb, boundary_as_wkb
from geo.counties import County
from geo.gazetteer import Gazetteer
from meris import fields, tables
from meris.accounts import ROLES
from meris.migrations import walls
from meris.postgres import SEES_ALL

#: What the web's role may do to each table; a table that is not named here it may only read.
_WRITABLE = (
    "agency, account, account_role, webauthn, api_token, log_in_failure, resource, shelter,"
    " supply_site, stock_line, unit, unit_position, position_fix, upload, upload_file,"
    " header_mapping, upload_row, upload_pair, upload_progress, same_choice, sign_in, totp_use,"
    " planning_factor,"
    " incident_type, incident_counter, incident_need, area, unit_profile, run_card, run_card_line,"
    " cover_rule, duty, device, push_subscription, notice, notice_delivery, push_key,"
    " request_counter, trail_hold, contact_turn, shipment_counter, stocktake_line"
)
#: Never taken away again; the log's triggers refuse changes as well.
_KEPT = (
    "incident, incident_log, assignment, request, request_line, fill, shipment, shipment_line,"
    " stocktake, bed_hold, status_code"
)
#: Added to and otherwise left alone.
_ADDED = (
    "request_event, phone_report, shelter_count, trail_view, stock_movement, shelter_departure,"
    " contact_try"
)


def plant(connection: Connection, *, state: str, web_url: str) -> None:
    """Seed the database for `state` and let the role of `web_url` work in it."""
    # a column that a migration added is journalled from here on
    connection.exec_driver_sql("CALL journal_refresh()")
    _plant_roles(connection)
    _plant_status_codes(connection)
    _plant_places(connection, Gazetteer.load(state))
    _plant_dispatch(connection)
    _plant_items(connection)
    _plant_factors(connection)
    connection.exec_driver_sql("SELECT position_fix_prepare(current_date - 1, 8)")
    web_role = make_url(web_url).username or ""
    _grant(connection, web_role, walled=walls.raise_walls(connection, web_role))
    adopt_journal(connection)


def adopt_journal(connection: Connection) -> None:
    """After a restore the journal's transaction ids are another cluster's: make them all past."""
    here = connection.scalar(text("SELECT journal_identity()"))
    home = connection.scalar(text("SELECT identity FROM journal_home"))
    if home == here:
        return
    connection.execute(text("UPDATE change SET xid = '0'::xid8"))
    connection.execute(text("ALTER TABLE unit_position DISABLE TRIGGER USER"))
    connection.execute(text("UPDATE unit_position SET xid = '0'::xid8"))
    connection.execute(text("ALTER TABLE unit_position ENABLE TRIGGER USER"))
    connection.execute(text("DELETE FROM journal_home"))
    connection.execute(insert(tables.JournalHome).values(only=True, identity=here))


def _plant_roles(connection: Connection) -> None:
    rows = [{"name": role.name, "description": role.description} for role in ROLES]
    connection.execute(insert(tables.Role).values(rows).on_conflict_do_nothing())


def _plant_status_codes(connection: Connection) -> None:
    rows = [
        {
            "kind": kind,
            "code": status.code,
            "title": status.title,
            "ics_status": status.ics,
            "rank": rank,
            "age_limit_minutes": fields.age_limit_minutes(kind, status.code),
            **{
                f"{group}_limit_minutes": fields.limit_minutes(kind, status.code, group)
                for group in ("people", "position", "stock")
            },
        }
        for kind in fields.KINDS
        for rank, status in enumerate(fields.statuses(kind))
    ]
    connection.execute(insert(tables.StatusCode).values(rows).on_conflict_do_nothing())


def _plant_places(connection: Connection, gazetteer: Gazetteer) -> None:
    known = set(connection.scalars(text("SELECT fips FROM county")))
    missing = [
        (county, served)
        for counties, served in ((gazetteer.counties, True), (gazetteer.neighbors, False))
        for county in counties.values()
        if county.fips not in known
    ]
    if missing:
        connection.execute(insert(tables.County), [_county_row(c, s) for c, s in missing])
        _plant_regions(connection, gazetteer)


def _county_row(county: County, served: bool) -> dict[str, object]:
    return {
        "fips": county.fips,
        "name": county.name,
        "full_name": county.full_name,
        "state": county.state,
        "served": served,
        "population": county.population,
        "center": as_wkb(county.centroid),
        "boundary": boundary_as_wkb(county.geometry),
    }


def _plant_regions(connection: Connection, gazetteer: Gazetteer) -> None:
    for scheme in gazetteer.regions:
        scheme_id = connection.scalar(
            insert(tables.RegionScheme)
            .values(code=scheme.code, title=scheme.title)
            .on_conflict_do_update(index_elements=["code"], set_={"title": scheme.title})
            .returning(tables.RegionScheme.id)
        )
        for region in scheme.regions:
            _plant_region(connection, scheme_id, region.code, region.title, region.counties)


def _plant_region(
    connection: Connection, scheme_id: int | None, code: str, title: str, counties: list[str]
) -> None:
    region_id = connection.scalar(
        insert(tables.Region)
        .values(scheme_id=scheme_id, code=code, title=title)
        .on_conflict_do_update(index_elements=["scheme_id", "code"], set_={"title": title})
        .returning(tables.Region.id)
    )
    members = [{"region_id": region_id, "county_fips": fips} for fips in counties]
    connection.execute(insert(tables.region_county).values(members).on_conflict_do_nothing())


def _plant_dispatch(connection: Connection) -> None:
    """Types of incidents with their run cards, and how units travel; each list only when empty."""
    if not connection.scalar(select(exists().select_from(tables.IncidentType))):
        _plant_incident_types(connection)
    profiles = [vars(profile) for profile in fields.unit_profiles()]
    connection.execute(insert(tables.UnitProfile).values(profiles).on_conflict_do_nothing())


def _plant_incident_types(connection: Connection) -> None:
    for rank, kind in enumerate(fields.incident_types()):
        row = {
            "code": kind.code,
            "title": kind.title,
            "short": kind.short,
            "category": kind.category,
            "words": list(kind.words),
            "priority": kind.priority,
            "overdue_minutes": kind.overdue,
            "par_minutes": kind.par,
            "rank": rank,
        }
        connection.execute(insert(tables.IncidentType).values(row))
        if kind.send:
            _plant_run_card(connection, kind)


def _plant_run_card(connection: Connection, kind: fields.IncidentType) -> None:
    card = connection.scalar(
        insert(tables.RunCard).values(incident_type=kind.code).returning(tables.RunCard.id)
    )
    lines = [
        {"run_card_id": card, "rank": rank, "count": sent.count, "unit_types": sent.unit_types}
        for rank, sent in enumerate(kind.send)
    ]
    connection.execute(insert(tables.RunCardLine).values(lines))


def _plant_items(connection: Connection) -> None:
    """The catalogue is the program's: what it says now replaces what it said before."""
    names = ("code", "title", "category", "base_unit")
    known = insert(tables.ItemRow).values(
        [{name: getattr(item, name) for name in names} for item in fields.ITEMS]
    )
    connection.execute(
        known.on_conflict_do_update(
            index_elements=["code"], set_={name: known.excluded[name] for name in names[1:]}
        )
    )
    connection.execute(delete(tables.ItemUnit))
    connection.execute(insert(tables.ItemUnit), [vars(unit) for unit in fields.item_units()])


def _plant_factors(connection: Connection) -> None:
    """Planning factors that are not there yet; what an operator made of the others stays."""
    factors = [
        {**vars(factor), "also": list(factor.also), "rank": rank}
        for rank, factor in enumerate(fields.FACTORS)
    ]
    connection.execute(insert(tables.PlanningFactor).values(factors).on_conflict_do_nothing())


def _grant(connection: Connection, web_role: str, *, walled: bool) -> None:
    """Rights by table, to the web's role and to the one it becomes to see everything; the journal
    and the places are read-only to both."""
    if not web_role or web_role == connection.scalar(text("SELECT current_user")):
        return
    quoted = connection.dialect.identifier_preparer.quote(web_role)
    role = f"{quoted}, {SEES_ALL}" if walled else quoted
    for statement in (
        f"GRANT USAGE ON SCHEMA public TO {role}",
        f"GRANT SELECT ON ALL TABLES IN SCHEMA public TO {role}",
        f"GRANT INSERT, UPDATE, DELETE ON {_WRITABLE} TO {role}",
        f"GRANT INSERT, UPDATE ON {_KEPT} TO {role}",
        f"GRANT INSERT ON {_ADDED} TO {role}",
        f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {role}",
        f"GRANT EXECUTE ON FUNCTION journal_identity(), position_fix_prepare(date, integer),"
        f" position_fix_let_go(text, date)"
        f" TO {role}",
    ):
        connection.exec_driver_sql(statement)
