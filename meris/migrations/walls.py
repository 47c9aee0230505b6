"""Row-level security: which tables PostgreSQL itself guards, by which rule, and why not the others.

The rules are those of `meris.accounts.Policy` and `Viewer.editable`, for a query that forgets them;
tests/rules/test_second_wall.py holds the two together. What a session may see and write it is told
by `meris.db.Sight`. The policies bind the web's role. Its other self, `meris_sees_all`, sees every
row: a policy that is simply true leaves nothing for the planner to mind (docs/adr/0016).
"""

import hashlib
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, text

from meris.postgres import LEAKPROOF, SEES_ALL

# scalar subqueries, so that a setting is read once a statement and not once a row
_STAFF = "(SELECT current_setting('meris.sees', true) = 'staff')"
_OWN = "(SELECT nullif(current_setting('meris.own', true), '')::bigint)"
_ALL_EDITS = "(SELECT current_setting('meris.edits', true) = 'all')"
_EDITS = "(SELECT string_to_array(current_setting('meris.edits', true), ' '))::text[]"
_EDITED = "(SELECT nullif(current_setting('meris.agency_edited', true), '')::bigint)"
_DISPATCHES = "(SELECT current_setting('meris.dispatches', true) = 'yes')"

_NOT_SECRET = f"(sensitivity <> 'confidential' OR agency_id = {_OWN})"


@dataclass(frozen=True)
class Wall:
    """Conditions on a row: when it is seen, and when it may be added, changed and removed."""

    sees: str
    writes: str


_OF_RESOURCE = Wall(
    sees=f"sensitivity = 'public' AND kind <> 'unit' OR {_STAFF} AND {_NOT_SECRET}",
    writes=f"{_ALL_EDITS} OR agency_id = {_EDITED} AND kind = ANY ({_EDITS})",
)
_OF_INCIDENT = Wall(sees=f"{_STAFF} AND {_NOT_SECRET}", writes=_DISPATCHES)
_OF_AREA = Wall(sees=f"sensitivity = 'public' OR {_STAFF} AND {_NOT_SECRET}", writes=_DISPATCHES)


def _of(column: str) -> Wall:
    """A row that tells of a resource: seen with it, written by who may write it."""
    # a column of our own
    of_it = f"EXISTS (SELECT FROM resource AS its WHERE its.id = {column}"  # nosec B608
    may = f"{_ALL_EDITS} OR its.agency_id = {_EDITED} AND its.kind = ANY ({_EDITS})"
    return Wall(sees=f"{of_it})", writes=f"{of_it} AND ({may}))")


#: Every table that has a wall.
WALLS: dict[str, Wall] = {
    "resource": _OF_RESOURCE,
    "incident": _OF_INCIDENT,
    "area": _OF_AREA,
    "shelter": _of("shelter.resource_id"),
    "supply_site": _of("supply_site.resource_id"),
    "unit": _of("unit.resource_id"),
}

#: Whose old rows a trigger guards, by the condition on the row: a policy passes over a row that may
#: not be changed, which would look like success; this says so.
GUARDED = ("resource", "incident", "area")
#: Tables of which a trigger guards what is removed; the check on the new row guards the rest.
_PARTS = ("shelter", "supply_site", "unit")


def raise_walls(connection: Connection, web_role: str) -> bool:
    """Have the policies stand as they are written here; False, and no wall, where the web's role
    cannot become the one that sees everything. Changes nothing where they stand already: each
    change locks its table."""
    if not _standing_of(connection, web_role).may_become:
        return False
    for table, wall in WALLS.items():
        statements = _statements(table, wall)
        digest = hashlib.sha256("\n".join(statements).encode()).hexdigest()[:16]
        if _standing(connection, table) != digest:
            _lower(connection, table)
            for statement in statements:
                connection.execute(text(statement))
            comment = f"COMMENT ON POLICY sees ON {table} IS '{digest}'"
            connection.exec_driver_sql(comment)
    return True


def missing(connection: Connection, web_role: str) -> list[str]:
    """What a superuser has to run so that the wall stands and costs nothing, in order; nothing on
    the private PostgreSQL, which sees to it by itself."""
    web, database = (
        connection.dialect.identifier_preparer.quote(name)
        for name in (web_role, str(connection.scalar(text("SELECT current_database()"))))
    )
    known = _standing_of(connection, web_role)
    statements = [] if known.there else [f"CREATE ROLE {SEES_ALL} NOLOGIN;"]
    if not known.may_become or known.is_always:
        statements += [
            f"ALTER ROLE {web} NOINHERIT;",
            *([f"REVOKE {SEES_ALL} FROM {web};"] if known.is_always else []),
            f"GRANT {SEES_ALL} TO {web};",
            f"GRANT TEMPORARY ON DATABASE {database} TO {SEES_ALL};",
        ]
    marked = connection.execute(_MARKED, {"names": list(LEAKPROOF)})
    statements += [f"ALTER FUNCTION {row.name} LEAKPROOF;" for row in marked if not row.leakproof]
    return statements


def _standing_of(connection: Connection, web_role: str) -> Row[Any]:
    """Whether the role that sees all is `there`, the web's `may_become` it by SET ROLE, or
    `is_always` what it is, unasked: then its policies hold nobody back."""
    return connection.execute(_MEMBERSHIP, {"web": web_role, "role": SEES_ALL}).one()


_MEMBERSHIP = text(
    "SELECT count(other) > 0 AS there,"
    " coalesce(bool_or(pg_has_role(web.oid, other.oid, 'MEMBER')), false) AS may_become,"
    " coalesce(bool_or(pg_has_role(web.oid, other.oid, 'USAGE')), false) AS is_always"
    " FROM pg_roles AS other LEFT JOIN pg_roles AS web ON web.rolname = :web"
    " WHERE other.rolname = :role"
)
_MARKED = text(
    "SELECT name, proleakproof AS leakproof FROM unnest(:names) WITH ORDINALITY AS asked (name, n)"
    " JOIN pg_proc ON pg_proc.oid = to_regprocedure(name) ORDER BY n"
)


def lower_walls(connection: Connection) -> None:
    """Take every policy away again, e.g. to measure what they cost."""
    for table in WALLS:
        _lower(connection, table)
        connection.exec_driver_sql(f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY")


def stands(connection: Connection) -> bool:
    """Whether every wall is there and holds back the role that asks."""
    active = text("SELECT bool_and(row_security_active(name)) FROM unnest(:names) AS name")
    return bool(connection.scalar(active, {"names": list(WALLS)}))


def _standing(connection: Connection, table: str) -> str | None:
    found = text(
        "SELECT obj_description(p.oid, 'pg_policy') FROM pg_policy AS p JOIN pg_class AS c"
        " ON c.oid = p.polrelid WHERE p.polrelid = to_regclass(:name) AND p.polname = 'sees'"
        " AND c.relrowsecurity"
    )
    comment: str | None = connection.scalar(found, {"name": table})
    return comment


_NAMES = ("sees", "adds", "changes", "removes", "sees_all", "changes_all", "removes_all")


def _lower(connection: Connection, table: str) -> None:
    for name in _NAMES:
        connection.exec_driver_sql(f"DROP POLICY IF EXISTS {name} ON {table}")
    if table in _PARTS:
        connection.exec_driver_sql(f"DROP TRIGGER IF EXISTS wall ON {table}")
        connection.exec_driver_sql(f"DROP FUNCTION IF EXISTS wall_refuse_{table}")


def _statements(table: str, wall: Wall) -> list[str]:
    return [
        *(_guard(table, wall) if table in _PARTS else ()),
        f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY",
        f"CREATE POLICY sees ON {table} FOR SELECT USING ({wall.sees})",
        f"CREATE POLICY adds ON {table} FOR INSERT WITH CHECK ({wall.writes})",
        f"CREATE POLICY changes ON {table} FOR UPDATE USING ({wall.sees})"
        f" WITH CHECK ({wall.writes})",
        f"CREATE POLICY removes ON {table} FOR DELETE USING ({wall.sees})",
        f"CREATE POLICY sees_all ON {table} FOR SELECT TO {SEES_ALL} USING (true)",
        # who sees everything does not write everything
        f"CREATE POLICY changes_all ON {table} FOR UPDATE TO {SEES_ALL} USING (true)"
        f" WITH CHECK ({wall.writes})",
        f"CREATE POLICY removes_all ON {table} FOR DELETE TO {SEES_ALL} USING (true)",
    ]


def _guard(table: str, wall: Wall) -> list[str]:
    """A trigger that refuses the removal of a part in words; with its resource it goes as the
    owner has it."""
    may = wall.writes.replace(f"{table}.resource_id", "OLD.resource_id")
    refusal = "'this session may not change row % of %', OLD.resource_id, TG_TABLE_NAME"
    return [
        f"CREATE FUNCTION wall_refuse_{table}() RETURNS trigger LANGUAGE plpgsql"
        f" SET search_path = public, pg_temp AS $$ BEGIN"
        f" IF row_security_active(TG_RELID) AND NOT coalesce({may}, false) THEN"
        f" RAISE EXCEPTION {refusal} USING ERRCODE = 'insufficient_privilege';"
        f" END IF; RETURN OLD; END $$",
        f"CREATE TRIGGER wall BEFORE DELETE ON {table} FOR EACH ROW"
        f" EXECUTE FUNCTION wall_refuse_{table}()",
    ]


def _because(reason: str, tables: str) -> dict[str, str]:
    return dict.fromkeys(tables.split(), reason)


#: Tables without a wall, and why. A new table stands in one of the two lists, or a test fails.
WITHOUT: dict[str, str] = {
    **_because(
        "says nothing of a resource: accounts, what proves who somebody is, and their phones",
        "agency account account_role role webauthn api_token log_in_failure sign_in totp_use"
        " push_subscription push_key notice notice_delivery device",
    ),
    **_because(
        "the same for everybody: places, code lists, rules and counters",
        "county region region_county region_scheme status_code incident_type incident_counter"
        " unit_profile run_card run_card_line cover_rule item item_unit planning_factor"
        " request_counter shipment_counter header_mapping alembic_version journal_home",
    ),
    **_because(
        "hashes and numbers of rows; nothing that a row says",
        "journal_seal",
    ),
    **_because(
        "read through a resource, by its id, and never without: the first wall alone so far, as"
        " the cost of a wall for each row is not measured yet",
        "stock_line stock_movement shelter_count shelter_departure bed_hold contact_try"
        " contact_turn unit_position position_fix trail_view trail_hold duty stocktake"
        " stocktake_line",
    ),
    **_because(
        "agencies share a row, of which a part is hidden: the first wall alone",
        "assignment fill shipment shipment_line request request_line request_event incident_log"
        " incident_need",
    ),
    **_because(
        "an upload's own rows, found by the agency that sent it: the first wall alone",
        "upload upload_file upload_row upload_pair upload_progress same_choice phone_report",
    ),
    **_because(
        "the journal is read to find what is gone from somebody's map: the first wall alone",
        "change",
    ),
}
