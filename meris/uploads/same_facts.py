"""What rows of a file and resources are compared by, in one temporary table for both.

The database does all of it, so that the two can never be read differently. Most rows look like
nothing else, so only what is quick is worked out for all of them: keys that look-alikes share.
"""

from functools import reduce
from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    ColumnElement,
    Float,
    FromClause,
    Integer,
    MetaData,
    Select,
    String,
    Table,
    and_,
    case,
    cast,
    func,
    insert,
    literal,
    null,
    or_,
    select,
    text,
    union_all,
)
from sqlalchemy.orm import Session

from meris.tables import Agency
from meris.uploads.stage import PARTS, Staging
from meris.uploads.stage import RESOURCE as _R

Text = ColumnElement[str]

# (573) 555-0100, without an extension
_PHONE = 14

#: One line a row of the file (`key` is its number) or a resource (`key` is its id, negative).
#: `agency` names the agency of another's resource; `lat` and `lon` are null where the place is only
#: approximate; `row_key` is what `same_choice` knows a row by; texts are in lower case.
FACTS = Table(
    "same_fact",
    MetaData(),
    Column("key", BigInteger),
    Column("number", Integer),
    Column("resource_id", BigInteger),
    Column("agency", String),
    Column("external_id", String),
    Column("county_fips", String),
    Column("phone", String),
    Column("sign", String),
    Column("base", String),
    Column("lat", Float),
    Column("lon", Float),
    Column("row_key", String),
    Column("name", String),
    Column("address", String),
    Column("town", String),
    Column("by_name", String),
    Column("by_house", String),
    Column("numbers", String),
    prefixes=["TEMPORARY"],
)
_RAW = FACTS.c.keys()[:15]

# Names are looked up by what is left of them after this; "the same name" is said of more.
_QUICK = {
    ".": "",
    "'": "",
    "the ": "",
    "saint ": "st ",
    " school": "",
    " shelter": "",
    "first ": "1 ",
    "1st ": "1 ",
    "second ": "2 ",
    "2nd ": "2 ",
    "third ": "3 ",
    "3rd ": "3 ",
}
_DIRECTIONS = ("n", "n.", "s", "s.", "e", "e.", "w", "w.", "north", "south", "east", "west")


def gather(session: Session, staging: Staging, agency_id: int) -> None:
    """Fill `same_fact` with the rows of a file and the resources that they may be.

    Those are the agency's own, and others' in the counties of the file's new rows; of units only
    its own, because every town has an "Engine 1". Confidential ones of others are not known of.
    """
    drop(session)
    FACTS.create(session.connection())
    found = union_all(_of_rows(staging), _of_resources(staging, agency_id)).subquery()
    session.execute(insert(FACTS).from_select(FACTS.c.keys(), _with_keys(found)))


def any_resource(session: Session, staging: Staging, agency_id: int) -> bool:
    """Whether there is any resource that a row could be."""
    return bool(session.scalar(select(_of_resources(staging, agency_id).exists())))


def drop(session: Session) -> None:
    """Forget the facts; they would end with the transaction."""
    session.execute(text("DROP TABLE IF EXISTS pg_temp.same_fact"))


def _of_rows(staging: Staging) -> Select[Any]:
    """Rows that are nothing yet; the others only where one without an ID may be one of them."""
    s, one = staging.rows, staging.rows.alias("one")
    nameless = select(one).where(one.c.resource_id.is_(None), one.c.external_id.is_(None))
    return select(
        s.c.number.label("key"),
        s.c.number,
        s.c.resource_id,
        _none().label("agency"),
        s.c.external_id,
        s.c.county_fips,
        func.left(_column(s, "contact_phone"), _PHONE).label("phone"),
        func.lower(func.trim(_column(s, "call_sign"))).label("sign"),
        func.lower(func.trim(_column(s, "home_base"))).label("base"),
        *_exactly(s, staging.kind),
        row_key(s).label("row_key"),
        *_named(s),
    ).where(or_(s.c.resource_id.is_(None), nameless.exists()))


def _of_resources(staging: Staging, agency_id: int) -> Select[Any]:
    """The agency's resources, and those of others nearby, that no row of the file is yet."""
    s, part = staging.rows, PARTS[staging.kind]
    taken = select(s.c.resource_id).where(s.c.resource_id.is_not(None))
    own = _R.c.agency_id == agency_id
    among = own if staging.kind == "unit" else or_(own, _others_near(staging))
    return (
        select(
            -_R.c.id,
            null(),
            _R.c.id,
            case((~own, Agency.name)),
            _R.c.external_id,
            _R.c.county_fips,
            func.left(_R.c.contact_phone, _PHONE),
            func.lower(func.trim(_column(part, "call_sign"))),
            func.lower(func.trim(_column(part, "home_base"))),
            *_exactly(_R, staging.kind),
            null(),
            *_named(_R),
        )
        .join(Agency, Agency.id == _R.c.agency_id)
        .join(part, part.c.resource_id == _R.c.id)
        .where(_R.c.kind == staging.kind, among, _R.c.id.not_in(taken))
    )


def _others_near(staging: Staging) -> ColumnElement[bool]:
    s = staging.rows
    counties = select(s.c.county_fips).where(s.c.resource_id.is_(None)).distinct()
    return _R.c.county_fips.in_(counties) & (_R.c.sensitivity != "confidential")


def _column(table: Table, name: str) -> Text:
    """A column, or nothing where the file (or the kind) does not have it."""
    return table.c[name] if name in table.c else _none()


def _none() -> Text:
    return cast(null(), String)


def _named(table: Table | FromClause) -> tuple[Text, Text, Text]:
    c = table.c
    return (
        func.lower(func.trim(c.name)).label("name"),
        func.lower(func.trim(c.address_line1)).label("address"),
        func.lower(func.trim(c.city)).label("town"),
    )


def _exactly(table: Table, kind: str) -> tuple[ColumnElement[float | None], ...]:
    """Latitude and longitude, of exact places only; a unit's say nothing of which unit it is."""
    known = and_(literal(kind != "unit"), table.c.position_radius_m.is_(None))
    return (
        case((known, func.ST_Y(table.c.position))).label("lat"),
        case((known, func.ST_X(table.c.position))).label("lon"),
    )


def _with_keys(found: Any) -> Select[Any]:
    c = found.c
    quick = reduce(lambda done, pair: func.replace(done, *pair), _QUICK.items(), c.name)
    # OFFSET 0: computed once, and not once for each mention
    c = select(*(c[raw] for raw in _RAW), quick.label("quick")).offset(0).subquery().c
    numbers = func.regexp_replace(c.quick, "[^0-9]+", " ", "g")
    return select(
        *(c[raw] for raw in _RAW),
        c.quick,
        _house(c.address),
        case((c.quick.regexp_match("[0-9]"), func.btrim(numbers)), else_=""),
    )


def _house(address: Text) -> Text:
    """House number and first letter of the street, where the address begins with a number."""
    number, second, third = (func.split_part(address, " ", part) for part in (1, 2, 3))
    street = func.left(case((second.in_(_DIRECTIONS), third), else_=second), 1)
    return case((number.regexp_match("^[0-9]"), func.concat(number, " ", street)))


def lacks_counties(session: Session) -> bool:
    """Whether the county of anything that was gathered is not known."""
    return bool(session.scalar(select(select(FACTS).where(FACTS.c.county_fips.is_(None)).exists())))


def row_key(table: Table | FromClause) -> Text:
    """What a row is recognized by in the next file: its ID, else its name and address."""
    name, address, town = _named(table)
    by_name = func.concat("at:", name, "|", address, "|", town)
    by_id = func.concat("id:", table.c.external_id)
    return case((table.c.external_id.is_(None), by_name), else_=by_id)
