"""The people of the exercise: one account for each thing that somebody may do here.

Their pass phrases are truly random, unlike everything else, and are shown once.
"""

import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from meris.accounts import people
from meris.demo.agencies import Roster
from meris.demo.story import Story
from meris.errors import Refused
from meris.tables import Account, Agency

FILE = "demo-accounts.txt"
_HOST = "exercise.example"
_HEAD = (
    "Accounts of the exercise. MERIS itself keeps only hashes of these pass phrases.",
    "Delete this file once you have them elsewhere.",
)


@dataclass(frozen=True)
class Part:
    """Somebody's part in the exercise: name, role and agency."""

    name: str
    role: str
    agency: str

    @property
    def email(self) -> str:
        """An address that reaches nobody."""
        return f"{self.name.lower().replace(' ', '.')}@{_HOST}"


@dataclass(frozen=True)
class DemoAccount:
    """An account as it is shown, once."""

    part: Part
    passphrase: str


def cast(story: Story, roster: Roster) -> list[Part]:
    """Who takes part, from the state's office down to a fire engine."""
    state, health = story.agencies.emergency, story.agencies.health
    calm, hit = roster.emergency[story.calm_editor], roster.emergency[story.hit_editor]
    return [
        Part("Dana Whitfield", "dispatcher", state),
        Part("Carol Reyes", "county_editor", calm),
        Part("Joe Tan", "county_editor", hit),
        Part("Rita Novak", "responder", _fire_department(roster, story.hit_editor)),
        Part("Sam Okafor", "shelter_manager", roster.chapters[story.hit_editor]),
        Part("Stella Marsh", "state", state),
        Part("Ruth Delaney", "reader", health),
        Part("Amos Pike", "auditor", state),
        Part("Ada Kern", "admin", state),
    ]


def _fire_department(roster: Roster, fips: str) -> str:
    fire = [service for service in roster.services[fips] if service.discipline == "fire"]
    return max(fire, key=lambda service: service.weight).agency


def open_accounts(
    session: Session, parts: Iterable[Part], agencies: Mapping[str, int], mfa_roles: frozenset[str]
) -> list[DemoAccount]:
    """An account for everybody, ready to sign in; one that is there gets a new pass phrase."""
    made = []
    for part in parts:
        known = session.scalar(select(Account).where(Account.email == part.email))
        if known is not None:
            given = people.set_password(session, known, mfa_roles=mfa_roles)
            known.confirmed_at = datetime.now(UTC)
        else:
            given = people.add(
                session,
                email=part.email,
                name=part.name,
                roles=[part.role],
                agency=session.get_one(Agency, agencies[part.agency]),
                settled=True,
                mfa_roles=mfa_roles,
            )
        made.append(DemoAccount(part, given.password))
    return made


def lines(accounts: Sequence[DemoAccount]) -> list[str]:
    """The accounts as a table to print."""
    wide = [
        max(len(text) for text in column) for column in zip(*map(_cells, accounts), strict=True)
    ]
    return [
        "  ".join(
            cell.ljust(width) for cell, width in zip(_cells(account), wide, strict=True)
        ).rstrip()
        for account in accounts
    ]


def _cells(account: DemoAccount) -> tuple[str, str, str, str]:
    part = account.part
    return part.email, account.passphrase, part.role, part.agency


def keep(home: Path, accounts: Sequence[DemoAccount]) -> Path:
    """Write the accounts to a file that only its owner may read; it never was open to others."""
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = home / FILE
    part = path.with_suffix(".new")
    part.unlink(missing_ok=True)
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write("\n".join([*_HEAD, "", *lines(accounts), ""]))
    part.replace(path)
    return path


class Kept(NamedTuple):
    """An account as `keep` wrote it down."""

    email: str
    passphrase: str
    role: str


def kept(home: Path) -> list[Kept]:
    """The accounts that `keep` wrote. Raises `Refused` where there are none."""
    path = home / FILE
    if not path.is_file():
        raise Refused(
            f"There is no {path}. It is made when the exercise is loaded: start an empty MERIS with"
            " the same MERIS_HOME, and keep the file while you play."
        )
    rows = [line.split() for line in path.read_text("utf-8").splitlines() if "@" in line]
    return [Kept(*row[:3]) for row in rows if len(row) > 2]
