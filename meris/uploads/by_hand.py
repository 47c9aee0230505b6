"""One resource typed in by hand: a file of one row, checked, compared and loaded as any other.

    by_hand.add(database, actor, home, agency_id=3, kind="shelter", values={"name": "Harris Hall"})

No rule is here: cells, places, look-alikes and the journal are those of every file. Nothing is kept
of a row that is wrong or recorded already; of one that is added there is an upload, to undo it by.
"""

import csv
import io
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy.orm import Session

from meris.db import Actor, Database
from meris.fields import Field, Home, by_name, needs
from meris.tables import Upload
from meris.uploads import keep, review, same, store
from meris.uploads.decisions import Decisions
from meris.uploads.keep import KeptRow
from meris.uploads.same_pairs import Other, Pair

#: What a file has and a form does not: whose it is and in which state goes without saying, and of
#: the ways to write a place `coordinates` takes them all.
_LEFT_OUT = frozenset(
    {"agency", "state", "county_fips", "latitude", "longitude", "usng", "northing", "easting"}
)
_ROW = 2


@dataclass(frozen=True)
class Answer:
    """What became of a row. `upload_id` is None where nothing was kept: because of `problems`
    (messages by field, "" for the row itself), of `pairs` that nobody has told apart yet, or
    because it is `known` already."""

    upload_id: int | None = None
    problems: Mapping[str, str] = field(default_factory=dict)
    pairs: Sequence[Pair] = ()
    known: KeptRow | None = None


class _NothingKept(Exception):  # noqa: N818  # never leaves this module
    def __init__(self, answer: Answer) -> None:
        super().__init__()
        self.answer = answer


def asked(kind: str) -> list[Field]:
    """The fields of a kind of file that a form asks for, in order."""
    known = by_name(kind).values()
    return [one for one in known if one.name not in _LEFT_OUT and one.section != "record"]


def add(
    database: Database,
    actor: Actor,
    home: Home,
    *,
    agency_id: int,
    kind: str,
    values: Mapping[str, str],
    different: Collection[int] = (),
    own_county: bool = True,
) -> Answer:
    """Add a resource of an agency, or say why not; `values` are texts by the names of fields.

    `different` are resources of which a person said that this is another one. The caller has made
    sure that the actor may upload for the agency. Raises `Refused` where a file would be refused.
    """
    try:
        with database.transaction(actor) as session:
            upload_id = store.receive(
                session,
                actor,
                agency_id=agency_id,
                kind=kind,
                filename=_filename(values),
                content=_file(kind, values),
            ).upload_id
            work = _Work(session, actor, home, upload_id, own_county)
            answer = work.look(different) or work.load()
            if answer.upload_id is None:
                raise _NothingKept(answer)
            return answer
    except _NothingKept as nothing:
        return nothing.answer


@dataclass(frozen=True)
class _Work:
    """The row as an upload, inside the one transaction that keeps it or nothing."""

    session: Session
    actor: Actor
    home: Home
    upload_id: int
    own_county: bool

    def look(self, different: Collection[int]) -> Answer | None:
        """What speaks against the row; None when nothing does."""
        upload = self._review()
        if self._tell_apart(different):
            upload = self._review()
        found = upload.summary or {}
        problems = _problems(found, upload.kind)
        if problems:
            return Answer(problems=problems)
        pairs = [pair for pair in same.pairs(self.session, self.upload_id) if not pair.choice]
        if pairs:
            return Answer(pairs=pairs)
        return None if _adds(found) else Answer(known=keep.rows(self.session, self.upload_id)[0])

    def load(self) -> Answer:
        """Load it as it was looked at."""
        review.apply_reviewed(
            self.session, self.actor, self.upload_id, self.home, own_county=self.own_county
        )
        return Answer(self.upload_id)

    def _review(self) -> Upload:
        # nothing that was decided of the last such file is meant here
        once = Decisions(once=True)
        return review.review(
            self.session, self.actor, self.upload_id, self.home, once, own_county=self.own_county
        )

    def _tell_apart(self, different: Collection[int]) -> bool:
        """Keep what the person said of look-alikes, also for later files; whether anything was."""
        told = [
            pair.resource_id
            for pair in same.pairs(self.session, self.upload_id)
            if pair.resource_id in different and not pair.choice
        ]
        for resource_id in told:
            other = Other(resource_id=resource_id)
            same.choose(self.session, self.actor, self.upload_id, _ROW, other, "different")
        return bool(told)


def _file(kind: str, values: Mapping[str, str]) -> bytes:
    """The table of one row: what was filled in, and what no row can do without."""
    must = {name for group in needs(kind) if len(group) == 1 for name in group}
    names = [name for name in by_name(kind) if name in must or values.get(name, "").strip()]
    out = io.StringIO(newline="")
    csv.writer(out).writerows([names, [values.get(name, "").strip() for name in names]])
    return out.getvalue().encode("utf-8-sig")


def _filename(values: Mapping[str, str]) -> str:
    """What the list of uploads calls it."""
    named = ("name", "storage_site", "call_sign", "unit_id")
    name = next((values[one].strip() for one in named if values.get(one, "").strip()), "One row")
    return f"{name.replace('/', ' ')}, by hand.csv"


def _problems(found: Mapping[str, Any], kind: str) -> dict[str, str]:
    """The first error of each field, and those of the row; a needed column that is missing is a
    field that is empty."""
    fields = by_name(kind)
    told: dict[str, str] = {}
    for group in found.get("missing", ()):
        told.setdefault(group[0], f"{fields[group[0]].title} is empty. Fill it in.")
    for problem in found.get("problems", ()):
        if problem["level"] == "error" and problem["rule"] != "missing column":
            name = problem["column"] if problem["column"] in fields else ""
            told.setdefault(name, _sentence(problem))
    return told


def _sentence(problem: Mapping[str, Any]) -> str:
    """Its message without the row and column of a file that nobody has seen."""
    message = str(problem["message"])
    return message[:1].upper() + message[1:]


def _adds(found: Mapping[str, Any]) -> bool:
    """Whether the row is anything new: a resource, or a stock line at a site."""
    outcome = found.get("outcome") or {}
    return bool(outcome.get("new") or outcome.get("lines_new"))
