"""Which rows of a file its page lists: by what becomes of them, by a search, page by page."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict

from meris.tables import Upload
from meris.uploads import absent, keep
from meris.uploads.absent import Absent
from meris.uploads.keep import KeptRow
from meris.web.upload_words import FATES

ROWS_A_PAGE = 100
# What a person looks at first when nothing was asked for.
_FIRST = ("changed", "new", "held", "refused")
_MOST_TEXT = 100


class Tab(NamedTuple):
    """A filter of the list, with how many rows it has."""

    key: str
    title: str
    rows: int


class Listing(NamedTuple):
    """The rows shown. `fates` are those on the map beside them; `next` begins the next page."""

    show: str
    tabs: list[Tab]
    fates: tuple[str, ...]
    rows: Sequence[KeptRow]
    absent: Sequence[Absent]
    q: str
    after: int
    next: int | None
    edit: int | None


def listing_of(
    session: Session, upload: Upload, fates: Mapping[str, int], args: "MultiDict[str, str]"
) -> Listing:
    """What the address of the page asks for; what cannot be is answered by the first filter."""
    tabs = _tabs(upload, fates)
    show = args.get("show", "")
    if show not in [tab.key for tab in tabs]:
        show = _first(tabs)
    q, after = args.get("q", "").strip()[:_MOST_TEXT], _number(args, "after") or 0
    rows, missing = _rows(session, upload.id, show, q, after)
    shown = (show,) if show in FATES else ("none",)
    following = rows[ROWS_A_PAGE - 1].number if len(rows) > ROWS_A_PAGE else None
    if len(missing) > ROWS_A_PAGE:
        following = missing[ROWS_A_PAGE - 1].id
    return Listing(
        show,
        tabs,
        shown,
        rows[:ROWS_A_PAGE],
        missing[:ROWS_A_PAGE],
        q,
        after,
        following,
        _number(args, "edit"),
    )


def _rows(
    session: Session, upload_id: int, show: str, q: str, after: int
) -> tuple[Sequence[KeptRow], Sequence[Absent]]:
    """Of the file, or of what is not in it; one more than a page has, to know of another page."""
    if show == "absent":
        return [], absent.listed(session, upload_id, after, ROWS_A_PAGE + 1)
    found = keep.rows(
        session,
        upload_id,
        fate=show if show in FATES else None,
        unplaced=show == "unplaced",
        q=q,
        after=after,
        limit=ROWS_A_PAGE + 1,
    )
    return found, []


def _tabs(upload: Upload, fates: Mapping[str, int]) -> list[Tab]:
    found = upload.summary or {}
    counts = found.get("counts") or {}
    tabs = [Tab(fate, title, fates[fate]) for fate, (title, _) in FATES.items() if fates.get(fate)]
    if unplaced := counts.get("unplaced", 0):
        tabs.append(Tab("unplaced", "Not on the map", unplaced))
    if missing := found.get("absent", 0):
        tabs.append(Tab("absent", "Not in this file", missing))
    return tabs or [Tab("new", "New", 0)]


def _first(tabs: Sequence[Tab]) -> str:
    known = [tab.key for tab in tabs]
    return next((key for key in _FIRST if key in known), known[0])


def _number(args: "MultiDict[str, str]", name: str) -> int | None:
    text = args.get(name, "")
    return int(text) if text.isdecimal() and len(text) < 10 else None
