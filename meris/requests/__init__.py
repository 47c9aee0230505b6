"""Requests for resources (ICS 213RR): what a shelter or site lacks, and how far it has come."""

from meris.requests.ask import Asked, ask
from meris.requests.listing import Question, listed, open_at, told
from meris.requests.moves import move
from meris.requests.states import ENDED, TRANSITIONS, moves_of
from meris.requests.wants import Want, read_text, read_want

__all__ = [
    "ENDED",
    "TRANSITIONS",
    "Asked",
    "Question",
    "Want",
    "ask",
    "listed",
    "move",
    "moves_of",
    "open_at",
    "read_text",
    "read_want",
    "told",
]
