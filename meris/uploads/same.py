"""Rows that are a known resource though no ID says so, and rows that only look like one.

    joined = settle(session, staging, agency_id)            what is certain, or was decided before
    suspect(session, upload_id)                             what a person has to decide

Nothing is compared with everything: see `meris/sql/same.sql`. What a person decides is kept in
`same_choice` (`same_pairs`) and holds for every later file.
"""

from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    Integer,
    MetaData,
    String,
    Table,
    and_,
    func,
    insert,
    null,
    or_,
    select,
    text,
)
from sqlalchemy.orm import Session

from meris.distances import MILES, Distances
from meris.sql import named
from meris.tables import Account, SameChoice
from meris.uploads import same_facts
from meris.uploads.same_joins import join_rows
from meris.uploads.same_pairs import (
    Other,
    Pair,
    Side,
    choose,
    choose_all,
    counts,
    held_because,
    pairs,
)
from meris.uploads.stage import Staging

__all__ = [
    "Other",
    "Pair",
    "Side",
    "choose",
    "choose_all",
    "counts",
    "held_because",
    "pairs",
    "settle",
    "suspect",
]

#: From this score on a person is asked.
ENOUGH = 0.7
#: Pairs kept of one row, and of one file; rows beyond them are held all the same.
MOST_OF_A_ROW, MOST = 3, 5_000
# What so many share tells nothing of any one of them.
_CROWD = 30
# Words that a name never has by chance; "North Gym" is not "Gym".
_TELLING = "[0-9]|^(n|s|e|w|ne|nw|se|sw|junior|senior|new|old|upper|lower|boys|girls)$"

_CHOSEN = Table(
    "same_chosen",
    MetaData(),
    Column("number", Integer),
    Column("resource_id", BigInteger),
    Column("other_number", Integer),
    Column("row_key", String),
    Column("other_key", String),
    Column("choice", String),
    Column("said", String),
)


def settle(
    session: Session, staging: Staging, agency_id: int, distances: Distances = MILES
) -> dict[int, int]:
    """Find the resources of rows whose IDs did not: by remembered choices, then by name.

    Sets `resource_id` (and `fills_only`, where a row may only fill gaps) in `staging.rows`. Returns
    rows that a person joined with another row of the file, by number, and the row that has their
    content now; of supplies, the stock lines that are then there twice.
    """
    _forget(session)
    session.execute(named("same", "tables"))
    if not _open_rows(session, staging):
        return {}
    _recall(session, staging, agency_id)
    session.execute(named("same", "take_chosen"))
    told = {"agency": agency_id, "kind": staging.kind, "units": staging.kind == "unit"}
    while _changed(session, "take_named", told):
        pass
    nameless = _open_rows(session, staging, nameless=True)
    # rows with IDs of their own are told apart by them; then there is nothing to compare with
    if nameless or (
        _open_rows(session, staging) and same_facts.any_resource(session, staging, agency_id)
    ):
        _compare(session, staging, agency_id, distances, nameless=nameless)
        _changed(session, "take_certain", {})
    return join_rows(session, staging, _CHOSEN)


def suspect(session: Session, upload_id: int) -> None:
    """List look-alikes of rows without a resource in `upload_pair`, and hold those rows back.

    Comes after `settle`, in the same transaction. Resources of other agencies are told of and hold
    nothing back.
    """
    of_upload = {"upload": upload_id}
    session.execute(named("same", "forget_open"), of_upload)
    session.execute(named("same", "list_chosen"), {**of_upload, "most": MOST})
    if session.scalar(text("SELECT to_regclass('pg_temp.same_fact')")):
        session.execute(named("same", "strike"), {"enough": ENOUGH})
        session.execute(named("same", "hold"))
        limits = {"most": MOST, "most_of_a_row": MOST_OF_A_ROW}
        session.execute(named("same", "list_open"), {**of_upload, **limits})
    _forget(session)


def _forget(session: Session) -> None:
    same_facts.drop(session)
    session.execute(named("same", "forget"))


def _open_rows(session: Session, staging: Staging, *, nameless: bool = False) -> bool:
    """Whether any row is nothing yet (`nameless`: and has no ID)."""
    s = staging.rows
    rows = select(s).where(s.c.resource_id.is_(None))
    if nameless:
        rows = rows.where(s.c.external_id.is_(None))
    return bool(session.scalar(select(rows.exists())))


def _changed(session: Session, name: str, values: dict[str, Any]) -> int:
    done: Any = session.execute(named("same", name), values)
    return int(done.rowcount)


def _compare(
    session: Session, staging: Staging, agency_id: int, distances: Distances, *, nameless: bool
) -> None:
    """Judge everything that a row without a resource shares something telling with."""
    same_facts.gather(session, staging, agency_id)
    session.execute(text("SET LOCAL work_mem = '64MB'"))
    known = {"nameless": nameless, "loose": same_facts.lacks_counties(session)}
    session.execute(named("same", "keys"), known)
    # the planner takes what it has no statistics of for little, and would go row by row
    session.execute(text("SET LOCAL enable_nestloop = off"))
    session.execute(named("same", "meet"), {"crowd": _CROWD})
    session.execute(text("SET LOCAL enable_nestloop TO DEFAULT"))
    session.execute(named("same", "spell"))
    told = {"units": staging.kind == "unit", "enough": ENOUGH, "telling": _TELLING}
    session.execute(named("same", "weigh"), told | _units(distances))
    session.execute(text("SET LOCAL work_mem TO DEFAULT"))


def _units(distances: Distances) -> dict[str, Any]:
    """What the statement says distances in."""
    names = ("unit", "unit_m", "short", "short_m", "near_m")
    return {name: getattr(distances, name) for name in names}


def _recall(session: Session, staging: Staging, agency_id: int) -> None:
    """Note what was decided before of rows of this file that are nothing yet."""
    ours = SameChoice.agency_id == agency_id, SameChoice.kind == staging.kind
    if session.scalar(select(select(SameChoice.id).where(*ours).exists())):
        for found in (_with_resources(staging), _with_rows(staging)):
            session.execute(insert(_CHOSEN).from_select(_CHOSEN.c.keys(), found.where(*ours)))


def _with_resources(staging: Staging) -> Any:
    s = staging.rows
    return (
        select(
            s.c.number,
            SameChoice.resource_id,
            null(),
            SameChoice.row_key,
            null(),
            SameChoice.choice,
            _said(),
        )
        .join(SameChoice, SameChoice.row_key == same_facts.row_key(s))
        .join(Account, Account.id == SameChoice.account_id, isouter=True)
        .where(SameChoice.resource_id.is_not(None), s.c.resource_id.is_(None))
    )


def _with_rows(staging: Staging) -> Any:
    """Pairs of rows: one that is nothing yet, and an earlier one or one that is a resource."""
    s, o = staging.rows, staging.rows.alias("other")
    own, other = same_facts.row_key(s), same_facts.row_key(o)
    return (
        select(
            s.c.number,
            null(),
            o.c.number,
            own,
            other,
            SameChoice.choice,
            _said(),
        )
        .join(SameChoice, or_(SameChoice.row_key == own, SameChoice.other_key == own))
        .join(
            o,
            and_(
                other.in_((SameChoice.row_key, SameChoice.other_key)),
                SameChoice.row_key == func.least(own, other),
                SameChoice.other_key == func.greatest(own, other),
            ),
        )
        .join(Account, Account.id == SameChoice.account_id, isouter=True)
        .where(
            s.c.resource_id.is_(None),
            or_(o.c.number < s.c.number, o.c.resource_id.is_not(None)),
        )
    )


def _said() -> Any:
    by = func.coalesce(Account.name, "MERIS")
    day = func.to_char(SameChoice.created_at, "FMMonth FMDD, YYYY")
    return func.concat("decided by ", by, " on ", day)
