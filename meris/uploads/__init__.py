"""Spreadsheets: read (bytes to rows), match (headers to fields), check, load, undo.

    received = uploads.receive(session, actor, agency_id=…, kind="shelter", filename=…, content=…)
    seen = uploads.examine(session, actor, received.upload_id, home)          changes nothing
    done = uploads.apply(session, actor, received.upload_id, home, Decisions(only_valid=True))
    uploads.undo(session, actor, received.upload_id)

`read`, `match` and `check` need no database: a file is judged before anything is touched.
"""

from meris.uploads.check import Checked, Checking, check
from meris.uploads.decisions import Choices, Corrections, Decisions
from meris.uploads.failed import failed_rows
from meris.uploads.kinds import guess_kind
from meris.uploads.load import Examined, apply, examine
from meris.uploads.match import Match, match
from meris.uploads.merge import Outcome
from meris.uploads.problems import Group, Problems
from meris.uploads.read import MOST_BYTES, read, sheet_names
from meris.uploads.sheet import MOST_ROWS, Row, Sheet
from meris.uploads.store import Received, content_of, find, receive, recent
from meris.uploads.turns import is_being_applied
from meris.uploads.undo import Left, Undone, touched_since, undo

__all__ = [
    "MOST_BYTES",
    "MOST_ROWS",
    "Checked",
    "Checking",
    "Choices",
    "Corrections",
    "Decisions",
    "Examined",
    "Group",
    "Left",
    "Match",
    "Outcome",
    "Problems",
    "Received",
    "Row",
    "Sheet",
    "Undone",
    "apply",
    "check",
    "content_of",
    "examine",
    "failed_rows",
    "find",
    "guess_kind",
    "is_being_applied",
    "match",
    "read",
    "receive",
    "recent",
    "sheet_names",
    "touched_since",
    "undo",
]
