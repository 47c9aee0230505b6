"""Requests for resources (ICS 213RR): what a shelter or site lacks, who gives it, how far it is."""

from meris.requests.ask import Asked, ask
from meris.requests.editing import NAMES, change
from meris.requests.escalation import Up, escalate
from meris.requests.events import timeline
from meris.requests.fills import Take, commit_stock, send_units
from meris.requests.letting_go import release
from meris.requests.levels import levels_of, region_of
from meris.requests.listing import Question, listed, open_at, told
from meris.requests.moves import move
from meris.requests.read import find
from meris.requests.shipping import ship
from meris.requests.sources import suggest
from meris.requests.states import ENDED, TRANSITIONS, moves_of
from meris.requests.steps import Step
from meris.requests.wants import Want, read_text, read_want

__all__ = [
    "ENDED",
    "NAMES",
    "TRANSITIONS",
    "Asked",
    "Question",
    "Step",
    "Take",
    "Up",
    "Want",
    "ask",
    "change",
    "commit_stock",
    "escalate",
    "find",
    "levels_of",
    "listed",
    "move",
    "moves_of",
    "open_at",
    "read_text",
    "read_want",
    "region_of",
    "release",
    "send_units",
    "ship",
    "suggest",
    "timeline",
    "told",
]
