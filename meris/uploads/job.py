"""The steps of an upload's work, in order: understand, stage, compare, keep, write.

A check ends before the writing. Everything happens in the caller's transaction.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy.orm import Session

from meris.accounts import Viewer
from meris.db import Actor
from meris.fields import Home
from meris.tables import Upload
from meris.uploads import same, store
from meris.uploads.authority import Bounds
from meris.uploads.cells import Record
from meris.uploads.check import Checked, Checking
from meris.uploads.claims import labels
from meris.uploads.decisions import Decisions, from_json
from meris.uploads.keeping import MOST_CELLS, Aside
from meris.uploads.match import Match, match
from meris.uploads.merge import Merge, Outcome
from meris.uploads.merge_lines import LineMerge
from meris.uploads.progress import Telling
from meris.uploads.read import read
from meris.uploads.sheet import Sheet
from meris.uploads.sites import Sites
from meris.uploads.stage import Staging, copy
from meris.uploads.store import Remembered


@dataclass(frozen=True)
class Understood:
    """A file read, its columns matched, and what was decided about it.

    `remembered` is what was taken over from the last file with these headers.
    """

    sheet: Sheet
    match: Match
    decisions: Decisions
    remembered: Remembered | None


@dataclass(frozen=True)
class Job:
    """One upload being worked on, by whom, and where it is told how far that is."""

    session: Session
    actor: Actor
    upload: Upload
    home: Home
    telling: Telling
    bounds: Bounds | None = None

    def understand(self, decided: Decisions) -> Understood:
        """Read the file and decide what its columns mean. Raises `Refused`."""
        self.telling.step("reading")
        content = store.content_of(self.session, self.upload.id)
        sheet = read(content, self.upload.filename, decided.sheet)
        matched = self._match(sheet, decided)
        if decided.confirmed or decided.once:
            return Understood(sheet, matched, decided, None)
        whose = self.session, self.upload.agency_id, self.upload.kind
        known = store.remembered(*whose, matched.fingerprint)
        known = known or store.remembered_nearly(*whose, labels(sheet))
        if known is None:
            return Understood(sheet, matched, decided, None)
        taken = taken_over(decided, known)
        return Understood(sheet, self._match(sheet, taken), taken, known)

    def _match(self, sheet: Sheet, decided: Decisions) -> Match:
        return match(
            sheet,
            self.upload.kind,
            self.home,
            confirmed=decided.confirmed,
            constants=decided.constants,
        )

    def stage(self, understood: Understood, staging: Staging) -> "Staged":
        """Copy the rows that may be loaded aside; what is wrong with the others is told."""
        decided = understood.decisions
        checking = Checking(
            understood.sheet,
            understood.match,
            self.home,
            decided.choices,
            corrections=decided.corrections,
        )
        staged = Staged(checking.checked, [])
        staging.make(self.session)
        _copy(self.session, staging, self._ready(checking, staged.aside), decided)
        staging.analyze(self.session)
        return staged

    def _ready(self, checking: Checking, aside: list[Aside]) -> Iterator[Record]:
        """The rows to load; the others go into `aside`."""
        rows = self.telling.rows("checking", checking.every(), checking.sheet.row_count)
        for record, fate in rows:
            why = [said.text for said in record.why] if fate != "ready" else []
            if fate == "ready":
                outside = self.bounds and self.bounds.refuses(record, checking.checked)
                if not outside:
                    yield record
                    continue
                fate, why = "refused", [outside]
            cells = record.raw if len(aside) < MOST_CELLS else None
            name = record.values.get("name") or record.values.get("storage_site")
            own = record.values.get("external_id")
            aside.append(Aside(record.number, fate, name, own, cells, why))

    def compare(self, staging: Staging, cleared: frozenset[str], *, lock: bool) -> "Compared":
        """Find out what becomes of the staged rows; nothing is changed yet.

        With `lock`, nobody else changes what they are about until the transaction ends.
        """
        self.telling.step("comparing", 0, 2)
        agency_id, filename = self.upload.agency_id, self.upload.filename
        merge = Merge(self.session, staging, self.actor, agency_id, filename, cleared)
        joined = merge.match(self.upload.id, self.home.distances)
        self.telling.step("comparing", 1, 2)
        if lock:
            merge.lock()
        merge.compare()
        lines = None
        if staging.lines is not None:
            lines = LineMerge(self.session, staging, _teller(self.actor, agency_id), cleared)
        over = lines.compare() if lines else []
        outcome = merge.count()
        if lines is not None:
            lines.count(outcome)
        why_held = same.held_because(self.session, self.upload.id) if outcome.held else {}
        return Compared(merge, lines, outcome, over, joined, why_held, merge.passed_over())

    def write(self, compared: "Compared") -> None:
        """Change the tables."""
        self.telling.step("writing", 0, 2)
        compared.merge.write(self.upload.id)
        self.telling.step("writing", 1, 2)
        if compared.lines is not None:
            compared.lines.write()


@dataclass(frozen=True)
class Staged:
    """The rows of a file, checked: those to load are staged, the others are here."""

    checked: Checked
    aside: list[Aside]


@dataclass(frozen=True)
class Compared:
    """What becomes of the staged rows, in numbers, and ready to be written.

    `over` are rows that would count away what is promised, each with the reason; `joined` were
    taken for the same as another row of the file, whose number they have. `passed_over` are rows
    whose status is not used, by the reason.
    """

    merge: Merge
    lines: LineMerge | None
    outcome: Outcome
    over: list[tuple[int, str]]
    joined: Mapping[int, int]
    why_held: Mapping[int, str]
    passed_over: Mapping[str, Sequence[int]]

    def aside(self) -> Iterator[Aside]:
        """The rows that the comparison took out."""
        for number, why in self.over:
            yield Aside(number, "refused", None, None, None, [why])
        for number, other in self.joined.items():
            why = f"Taken for the same as row {other}."
            yield Aside(number, "repeated", None, None, None, [why])


def _teller(actor: Actor, agency_id: int) -> Viewer:
    """Whoever reads what was found in a file: a county's people, whoever of them looks later."""
    return Viewer(actor.name, actor.account_id, agency_id, None, frozenset({"county_editor"}))


def taken_over(decided: Decisions, known: Remembered) -> Decisions:
    """What a person decided the last time, under what is decided now.

    Where anything lasting was decided already, only the columns are taken over: what was allowed
    or repaired then may have been revoked since.
    """
    if decided.lasting() != Decisions():
        return replace(decided, confirmed=known.mapping)
    kept = from_json(known.choices, known.mapping)
    return replace(
        kept, sheet=decided.sheet, only_valid=decided.only_valid, as_of=decided.as_of,
        corrections=replace(decided.corrections, replaced=kept.corrections.replaced),
    )  # fmt: skip


def cleared(names: Iterable[str], staging: Staging) -> frozenset[str]:
    """The columns that the file really has; only they may be emptied."""
    have = set(names)
    return frozenset(column for column, name in staging.sources.items() if name in have)


def _copy(
    session: Session, staging: Staging, records: Iterable[Record], decided: Decisions
) -> None:
    columns = ("meris_id", *staging.common, *staging.part)
    table, own = "pg_temp.staged_row", ("number", *columns)
    if staging.lines is None:
        names = [staging.sources[column] for column in columns]
        copy(session, table, own, _rows(records, names, decided))
        return
    sites = Sites(staging, columns, decided.as_of)
    lines = ("number", "site", "as_of", *staging.line)
    copy(session, "pg_temp.staged_line", lines, sites.lines(records))
    copy(session, table, own, sites.rows())


def _rows(records: Iterable[Record], names: list[str], decided: Decisions) -> Iterator[list[Any]]:
    for record in records:
        values = record.values
        if decided.as_of is not None and values.get("as_of") is None:
            values["as_of"] = decided.as_of
        yield [record.number, *map(values.get, names)]
