"""Prepared statements: planned once a connection, answered as if they were not, never too many."""

from sqlalchemy import BigInteger, Integer, Text, all_, func, literal, select, text
from sqlalchemy.orm import Session

from meris.dispatch import prepared
from meris.dispatch.prepared import Prepared, given
from meris.tables import Agency
from tests import makers

PLANS = text(
    "SELECT count(*), coalesce(sum(generic_plans), 0), coalesce(sum(custom_plans), 0)"
    " FROM pg_prepared_statements WHERE name LIKE 'meris%' AND statement LIKE '%' || :words || '%'"
)


def plans(session: Session, words: str) -> tuple[int, int, int]:
    """How many statements with these words the connection has, and their plans for all and one."""
    count, generic, custom = session.execute(PLANS, {"words": words}).one()
    return count, generic, custom


def test_it_is_told_values_and_lists_and_keeps_one_plan(session: Session):
    told = func.unnest(given(1, "integer[]")).table_valued("n").render_derived()
    listed = select(told.c.n, literal("100 % of it's"), given(2, "text", Text())).where(
        told.c.n != all_(given(3, "integer[]"))
    )
    statement = Prepared(listed)
    for _ in range(8):
        rows = statement.rows(session, [1, 2, 3], "'; a $1 %s", [2])
        assert rows == [(1, "100 % of it's", "'; a $1 %s"), (3, "100 % of it's", "'; a $1 %s")]
    assert statement.rows(session, [], None, []) == []
    assert plans(session, "of it''s") == (1, 4, 5)


def test_only_so_many_are_kept(session: Session):
    for number in range(2 * prepared._MOST):
        doubled = Prepared(select(given(1, "integer", Integer()) + number))
        assert doubled.rows(session, 5) == [(5 + number,)]
        assert doubled.rows(session, 6) == [(6 + number,)]
    assert plans(session, "")[0] == prepared._MOST


def test_what_was_not_yet_written_is_seen(session: Session):
    """As it is with any other query of a session."""
    agency = session.get_one(Agency, makers.agency(session, "North Fire"))
    agency.name = "South Fire"
    names = Prepared(select(Agency.name).where(Agency.id == given(1, "bigint", BigInteger())))
    assert names.rows(session, agency.id) == [("South Fire",)]
