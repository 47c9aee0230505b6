"""What log-in needs to remember from one request to the next; not journalled."""

from datetime import UTC, datetime, timedelta

from sqlalchemy import BigInteger, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from meris.tables.accounts import Account
from meris.tables.base import Base, BigInt, Id, Now


class SignIn(Base):
    """One browser in which a person is signed in."""

    __tablename__ = "sign_in"

    id: Mapped[Id]
    account_id: Mapped[BigInt] = mapped_column(
        ForeignKey("account.id", ondelete="CASCADE"), index=True
    )
    token_hash: Mapped[str] = mapped_column(unique=True, comment="SHA-256, hex")
    created_at: Mapped[Now]
    last_seen_at: Mapped[Now]

    account: Mapped[Account] = relationship(viewonly=True)

    @property
    def seen_ago(self) -> timedelta:
        """How long ago it was last used."""
        return datetime.now(UTC) - self.last_seen_at


class TotpUse(Base):
    """The last code of an authenticator that was accepted: each is good for one log-in."""

    __tablename__ = "totp_use"

    account_id: Mapped[BigInt] = mapped_column(
        ForeignKey("account.id", ondelete="CASCADE"), primary_key=True
    )
    counter: Mapped[int] = mapped_column(BigInteger, comment="half minutes since 1970")
