"""The scorecard of the whole state from 50,000 resources, and one county's list to fix."""

from sqlalchemy import text
from sqlalchemy.orm import Session

from bench.beside import Work, in_turn
from bench.rows import Findings
from bench.world import World
from geo.gazetteer import Gazetteer
from meris import scorecard
from meris.accounts import Viewer
from meris.db import Database

MINUTES = 0.3
STATE = Viewer("State", roles=frozenset({"state"}))
COUNTY, ROUNDS = "29077", 10
_COUNTED = text("""
    SELECT county_fips, kind, status, count(*), min(confirmed_at), count(position)
    FROM resource WHERE :county = '' OR county_fips = :county GROUP BY county_fips, kind, status
""")


def _counted(fips: str) -> Work:
    return lambda session, _: session.execute(_COUNTED, {"county": fips}).all()


def run(world: World) -> Findings:
    """Milliseconds beside one bare count by county, kind and status."""
    database = Database.at(world.settings.database_url or "")
    gazetteer = Gazetteer.load()

    def board(session: Session, _: int) -> None:
        scorecard.board(session, STATE, gazetteer)

    def county(session: Session, _: int) -> None:
        scorecard.folder(session, STATE, gazetteer, COUNTY)
        scorecard.flawed(session, STATE, COUNTY, limit=100)

    rows = [
        in_turn(database, what, range(ROUNDS), ours=work, size=f"{world.resources:,} resources",
                bare=_counted(fips),
                warm_up=2, floor_is="bare counts")
        for what, work, fips in (("scorecard: the state's cards in order", board, ""),
                                 ("scorecard: one county with 100 records to fix", county, COUNTY))
    ]  # fmt: skip
    database.dispose()
    return Findings(rows)
