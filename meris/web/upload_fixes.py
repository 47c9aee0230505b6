"""Fixes of problems as a page's form or an API's JSON asks for them.

A form names a fix by its problem's id and its place in that problem's list (`fix=ab12:0`), a cell
by row and column (`cell.14.Status=Open`), and a decision to take back by its key (`revoke=[…]`).
"""

from collections.abc import Iterator, Mapping
from itertools import chain
from typing import Any

from werkzeug.datastructures import MultiDict

from meris.errors import Conflict, Invalid
from meris.tables import Upload
from meris.uploads.decisions import Decisions, with_fix
from meris.uploads.review import decisions_of
from meris.web.upload_decided import revoke

Problem = Mapping[str, Any]
_GONE = "Somebody decided this meanwhile. The page shows how it is now."


def by_form(form: "MultiDict[str, str]", upload: Upload) -> Decisions:
    """The decisions with every fix, correction and revocation of a form.

    Raises `Conflict` for a problem that is not there any more, `Invalid` for what is no fix.
    """
    decided = decisions_of(upload)
    for key in form.getlist("revoke"):
        decided = revoke(decided, key)
    for name in form.getlist("fix"):
        problem, do = _named(upload, name)
        decided = with_fix(decided, do, rows_of(problem))
    for repair in form.getlist("repair"):
        decided = with_fix(decided, {"repair": repair})
    for do in chain(_constants(form), _cells(form, upload)):
        decided = with_fix(decided, do)
    return decided


def by_json(body: Mapping[str, Any], upload: Upload) -> Decisions:
    """The decisions with one fix (`group`, `do`), several (`fixes`) or a decision less (`revoke`).

    Raises as `by_form`.
    """
    decided = decisions_of(upload)
    if "revoke" in body:
        decided = revoke(decided, str(body["revoke"]))
    fixes = body.get("fixes", [body] if "do" in body else [])
    if not isinstance(fixes, list) or not all(isinstance(one, dict) for one in fixes):
        raise Invalid('"fixes" must be a list of objects, each with "do" and perhaps "group".')
    for one in fixes:
        do = one.get("do")
        if not isinstance(do, dict):
            raise Invalid('"do" must be an object.')
        group = one.get("group")
        rows = rows_of(_problem(upload, str(group))) if group is not None else ()
        decided = with_fix(decided, do, rows)
    return decided


def rows_of(problem: Problem) -> Iterator[int]:
    """Every row that has a problem."""
    spans = problem.get("spans")
    if spans is None:
        return iter(problem["rows"])
    return chain.from_iterable(range(first, last + 1) for first, last in spans)


def _problem(upload: Upload, group: str) -> Problem:
    for problem in (upload.summary or {}).get("problems", ()):
        if problem.get("id") == group:
            return dict(problem)
    raise Conflict(_GONE)


def _named(upload: Upload, name: str) -> tuple[Problem, Mapping[str, Any]]:
    """A problem and the fix of it that a button names."""
    group, _, nth = name.rpartition(":")
    problem = _problem(upload, group)
    fixes = problem.get("fixes", ())
    if not nth.isdecimal() or int(nth) >= len(fixes):
        raise Conflict(_GONE)
    return problem, fixes[int(nth)]["do"]


def _constants(form: "MultiDict[str, str]") -> Iterator[dict[str, Any]]:
    """Values for all rows, for fields that the file has no column for."""
    for name, text in form.items():
        if name.startswith("all-") and text.strip():
            yield {"constant": {"field": name.removeprefix("all-"), "value": text.strip()}}


def _cells(form: "MultiDict[str, str]", upload: Upload) -> Iterator[dict[str, Any]]:
    """The cells whose text is another than the page showed."""
    shown = {
        (cell["row"], problem["column"]): cell["value"] or ""
        for problem in (upload.summary or {}).get("problems", ())
        for cell in problem.get("cells", ())
    }
    for name, text in form.items():
        kind, _, place = name.partition(".")
        row, _, column = place.partition(".")
        if kind != "cell" or not row.isdecimal():
            continue
        was = form.get(f"was.{place}", shown.get((int(row), column)))
        if text.strip() != (was or "").strip():
            yield {"cell": {"row": int(row), "column": column, "to": text}}
