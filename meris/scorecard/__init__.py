"""The scorecard: how complete, fresh and well placed each county's records are, and whom to call.

    board(session, viewer, gazetteer)          a card for each county, in the order of calls
    folder(session, viewer, gazetteer, fips)   one county: its agencies, its files, its flaws
    flawed(session, viewer, fips)              its records with something to fix

What counts, and how a grade comes about, is told in docs/scorecard.md.
"""

from meris.scorecard.cards import Board, Card, Contact, Delivery, board
from meris.scorecard.folder import FLAWS, Folder, Sent, flawed, folder
from meris.scorecard.grades import GRADES, MEASURES, Ask, grade_of, percent

__all__ = [
    "FLAWS",
    "GRADES",
    "MEASURES",
    "Ask",
    "Board",
    "Card",
    "Contact",
    "Delivery",
    "Folder",
    "Sent",
    "board",
    "flawed",
    "folder",
    "grade_of",
    "percent",
]
