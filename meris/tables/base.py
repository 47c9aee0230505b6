"""What all tables share: constraint names, and short words for the common column types."""

from datetime import datetime
from typing import Annotated

from sqlalchemy import BigInteger, DateTime, Identity, MetaData, text
from sqlalchemy.dialects.postgresql.base import ischema_names
from sqlalchemy.orm import DeclarativeBase, mapped_column
from sqlalchemy.types import UserDefinedType

#: A constraint without a name cannot be dropped by a migration.
_NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


class Base(DeclarativeBase):
    """All tables of MERIS."""

    metadata = MetaData(naming_convention=_NAMES)


class Xid8(UserDefinedType[str]):
    """A 64-bit transaction id, PostgreSQL's `xid8`; handed to Python as text."""

    cache_ok = True

    def get_col_spec(self, **_: object) -> str:
        return "xid8"


class PgSnapshot(UserDefinedType[str]):
    """Which transactions are visible at a moment, PostgreSQL's `pg_snapshot`; text in Python."""

    cache_ok = True

    def get_col_spec(self, **_: object) -> str:
        return "pg_snapshot"


# so that a comparison of models and database can read the columns' types
ischema_names["xid8"] = Xid8
ischema_names["pg_snapshot"] = PgSnapshot

Id = Annotated[int, mapped_column(BigInteger, Identity(), primary_key=True)]
Moment = Annotated[datetime, mapped_column(DateTime(timezone=True))]
Now = Annotated[datetime, mapped_column(DateTime(timezone=True), server_default=text("now()"))]
BigInt = Annotated[int, mapped_column(BigInteger)]
