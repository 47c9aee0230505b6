"""The scorecard of the whole state, and one county's list to fix."""

from bench.world import World, table, timed
from geo.gazetteer import Gazetteer
from meris import scorecard
from meris.accounts import Viewer
from meris.db import Database

STATE = Viewer("State", roles=frozenset({"state"}))
COUNTY = "29077"


def run(world: World) -> str:
    """A table of figures."""
    database = Database.at(world.settings.database_url or "")
    gazetteer = Gazetteer.load()

    def board() -> scorecard.Board:
        with database.reading() as session:
            return scorecard.board(session, STATE, gazetteer)

    def county() -> int:
        with database.reading() as session:
            scorecard.folder(session, STATE, gazetteer, COUNTY)
            return len(scorecard.flawed(session, STATE, COUNTY, limit=100))

    records = sum(card.counts["records"] for card in board().cards)
    rows = (
        ("records of the state's counties", f"{records:,}"),
        ("all cards, graded and in the order of calls", f"{timed(board):.0f} ms"),
        ("one county: card, agencies, uploads, 100 records to fix", f"{timed(county):.0f} ms"),
    )
    database.dispose()
    return table(*rows)
