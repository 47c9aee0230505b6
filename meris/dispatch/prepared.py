"""Statements that each connection reads and plans once, and from then on only runs.

For those that somebody waits for and that take longer to plan than to run. PostgreSQL plans the
first five runs of a connection for what they are told, and then keeps the plan that holds for all
of them; it makes a new one when a table it reads was analyzed.
"""

from collections import OrderedDict
from typing import Any

from sqlalchemy import Connection, Select, literal_column
from sqlalchemy.dialects import postgresql
from sqlalchemy.orm import Session
from sqlalchemy.types import TypeEngine

#: A plan takes up to half a megabyte of its connection; who sees what makes statements of its own.
_MOST = 16
#: Where a connection notes its statements, the last used at the end.
_NOTE = "meris.prepared"


def given(number: int, kind: str, type_: TypeEngine[Any] | None = None) -> Any:
    """What the statement is told when it runs, the first is number 1, of this type of PostgreSQL.

    In a subquery, so that the plan for what was told expects no more than the one for all does:
    else PostgreSQL believes the first to be the better, and plans every run. With a cast around
    it, because `ALL` takes a list and not the rows of a subquery.
    """
    return literal_column(f"(SELECT ${number}::{kind})::{kind}", type_)


class Prepared:
    """A statement with `given` places; all else that it says is fixed."""

    def __init__(self, statement: Select[Any]) -> None:
        # named parameters, because these leave the percent sign alone
        dialect = postgresql.dialect(paramstyle="named")  # type: ignore[no-untyped-call]
        fixed = statement.compile(dialect=dialect, compile_kwargs={"literal_binds": True})
        self.text = str(fixed)

    def rows(self, session: Session, *told: object) -> list[tuple[Any, ...]]:
        """What it answers, told the values of its places in their order."""
        if session.autoflush:
            session.flush()
        connection = session.connection()
        places = ", ".join(["%s"] * len(told))
        run = f"EXECUTE {self._name(connection)} ({places})"
        with connection.exec_driver_sql(run, told) as answer:
            # the driver's own rows: there are some dozens of them, of some dozens of columns
            return list(answer.cursor.fetchall()) if answer.cursor else []

    def _name(self, connection: Connection) -> str:
        """What the statement is called on this connection, where it is kept from now on."""
        kept: OrderedDict[str, str] = connection.info.setdefault(_NOTE, OrderedDict())
        if self.text in kept:
            kept.move_to_end(self.text)
            return kept[self.text]
        name = f"meris_{1 + max((int(name[6:]) for name in kept.values()), default=0)}"
        connection.exec_driver_sql(f"PREPARE {name} AS {self.text.replace('%', '%%')}")
        kept[self.text] = name
        if len(kept) > _MOST:
            connection.exec_driver_sql(f"DEALLOCATE {kept.popitem(last=False)[1]}")
        return name
