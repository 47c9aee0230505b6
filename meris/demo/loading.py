"""Puts the whole exercise into an empty database, in one transaction."""

import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import exists, select, text
from sqlalchemy.orm import Session

from geo.gazetteer import Gazetteer
from meris.db import Actor, Database
from meris.demo import people, zones
from meris.demo.clock import Clock
from meris.demo.counting import count_back
from meris.demo.dispatching import dispatch
from meris.demo.exercise import drafts, make_world
from meris.demo.people import DemoAccount
from meris.demo.requesting import ask
from meris.demo.shares import stream
from meris.demo.stocking import stock_up
from meris.demo.store import Store, add_agencies
from meris.demo.world import World
from meris.errors import Refused
from meris.settings import Settings
from meris.tables import Resource

#: Who the journal says has made it all.
EXERCISE = Actor(None, None, "Exercise")
SEED = 29
_LOCK = text("SELECT pg_advisory_xact_lock(20261129)")
#: The web's role has limits that a page needs and a load of minutes does not.
_NO_LIMITS = text(
    "SELECT set_config('statement_timeout', '0', true),"
    " set_config('idle_in_transaction_session_timeout', '0', true)"
)
_OWNED = text(
    "SELECT relname FROM pg_class WHERE relname = ANY(:tables) AND relkind = 'r'"
    " AND pg_has_role(current_user, relowner, 'MEMBER') ORDER BY relname"
)


@dataclass(frozen=True)
class Report:
    """What was made: rows by table, seconds, and the accounts, which are shown only here."""

    counts: Counter[str]
    seconds: float
    accounts: Sequence[DemoAccount]
    file: Path

    def lines(self) -> list[str]:
        """The report for a person at a terminal."""
        rows = self.counts
        return [
            f"Exercise loaded in {self.seconds:.1f} s: {rows['shelter']:,} shelters,"
            f" {rows['supply_site']:,} supply sites with {rows['stock_line']:,} stock lines,"
            f" {rows['unit']:,} units of {rows['agency']:,} agencies,"
            f" {rows['incident']:,} incidents with {rows['assignment']:,} units at them,"
            f" {rows['request']:,} requests.",
            "",
            "Accounts (e-mail, pass phrase, role, agency):",
            *people.lines(self.accounts),
            "",
            f"They are kept in {self.file}, which only you can read.",
        ]


def is_empty(database: Database) -> bool:
    """Whether there is no resource yet, so that the exercise may be loaded."""
    with database.reading() as session:
        return not _has_resources(session)


def load(
    database: Database,
    settings: Settings,
    *,
    seed: int = SEED,
    scale: float = 1,
    now: datetime | None = None,
) -> Report:
    """Fill the database with the exercise: the state of `settings` in a bad week.

    The same seed gives the same rows but for times, which count back from `now`; `scale`
    multiplies how many resources there are (0.05 is enough for a test). Everything passes the
    triggers, so the journal has one row for each row made, at any scale; only live positions are
    not journalled, as ever. A resource with what hangs on it costs about 0.4 ms of the database
    and 0.15 ms of Python beside it (measured up to scale 100), so a million takes some minutes.

    Give it the owner's database where there is one: then it also tells the planner what there is
    (ANALYZE). With the web's role that is left to autovacuum.

    Raises `Refused` in production, for a scale that is not above zero, and where there are
    resources already.
    """
    _check(settings, scale)
    begin = time.monotonic()
    gazetteer = Gazetteer.load(settings.state)
    world = make_world(gazetteer, Clock.starting(now), seed=seed, scale=scale)
    with database.transaction(EXERCISE) as session:
        session.execute(_LOCK)
        session.execute(_NO_LIMITS)
        if _has_resources(session):
            raise Refused(
                "There are resources in this database already, and the exercise never mixes with"
                " them. Use an empty database: set DATABASE_URL or MERIS_HOME."
            )
        counts, accounts = _fill(session, settings, world, seed, scale)
        counts.update(dispatch(session, world, gazetteer, stream(seed, "dispatch")))
        counts["area"] = zones.draw(session, world)
        counts["cover_rule"] = zones.keep_back(session)
        counts["shelter_count"] = count_back(session, world, stream(seed, "counts"))
        counts.update(stock_up(session, world, stream(seed, "stock at work")))
        counts.update(ask(session, world, stream(seed, "requests")))
        file = people.keep(settings.home, accounts)
    with database.transaction(EXERCISE) as session:
        _analyze(session, [*counts, "change"])
    return Report(counts, time.monotonic() - begin, accounts, file)


def _check(settings: Settings, scale: float) -> None:
    if settings.environment == "production":
        raise Refused(
            "The exercise is not for production: its shelters do not exist. Set MERIS_ENV=demo on a"
            " machine of its own."
        )
    if not scale > 0:
        raise Refused(f"The scale is {scale:g}. Use a number above zero; 1 is the whole state.")


def _has_resources(session: Session) -> bool:
    return bool(session.scalar(select(exists().select_from(Resource))))


def _fill(
    session: Session, settings: Settings, world: World, seed: int, scale: float
) -> tuple[Counter[str], Sequence[DemoAccount]]:
    agencies = add_agencies(session, world.roster.agencies)
    parts = people.cast(world.story, world.roster)
    accounts = people.open_accounts(session, parts, agencies, settings.mfa_roles)
    store = Store(session, agencies)
    store.fill(drafts(world, seed=seed, scale=scale))
    store.counts["agency"] = len(agencies)
    return store.counts, accounts


def _analyze(session: Session, tables: list[str]) -> None:
    for table in session.scalars(_OWNED, {"tables": tables}).all():
        session.execute(text(f"ANALYZE {table}"))
