"""Agencies: who owns resources and employs people."""

from collections.abc import Sequence
from difflib import get_close_matches

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from meris.errors import Conflict, Invalid, NotFound
from meris.tables import Agency, County

KINDS = ("county", "city", "fire", "ems", "law", "state", "ngo", "other")


def add(session: Session, name: str, *, kind: str, county: str | None = None) -> Agency:
    """A new agency; `county` is a FIPS code or a county's name.

    Raises `Invalid` for a kind or county that there is not, `Conflict` when the name is taken.
    """
    name = " ".join(name.split())
    if not name:
        raise Invalid("An agency needs a name.")
    if kind not in KINDS:
        raise Invalid(f'"{kind}" is not a kind of agency. Use {", ".join(KINDS)}.')
    if session.scalar(_named(name)):
        raise Conflict(f'There is an agency "{name}" already.')
    agency = Agency(name=name, kind=kind, county_fips=_fips(session, county) if county else None)
    session.add(agency)
    session.flush()
    return agency


def find(session: Session, given: str) -> Agency:
    """An agency by its name or id. Raises `NotFound`, with the names that are near."""
    if given.isascii() and given.isdecimal() and len(given) < 19:
        agency = session.get(Agency, int(given))
    else:
        agency = session.scalar(_named(given))
    if agency is None:
        raise NotFound(f'There is no agency "{given}".{_near(session, given)}')
    return agency


def every(session: Session) -> Sequence[Agency]:
    """All agencies by name."""
    return session.scalars(select(Agency).order_by(Agency.name)).all()


def _named(name: str):  # type: ignore[no-untyped-def]
    return select(Agency).where(func.lower(Agency.name) == " ".join(name.split()).lower())


def _near(session: Session, given: str) -> str:
    names = {name.lower(): name for name in session.scalars(select(Agency.name))}
    near = get_close_matches(given.lower(), names, n=3, cutoff=0.5)
    if near:
        return f" Did you mean {' or '.join(names[name] for name in near)}?"
    return " `meris agency list` shows them all." if names else " Add one: meris agency add."


def _fips(session: Session, county: str) -> str:
    statement = select(County.fips).where(
        County.served,
        (County.fips == county)
        | (func.lower(County.name) == county.lower())
        | (func.lower(County.full_name) == county.lower()),
    )
    found = session.scalars(statement).all()
    if len(found) != 1:
        raise Invalid(f'"{county}" is no county of this state. Use its name or its FIPS code.')
    return found[0]
