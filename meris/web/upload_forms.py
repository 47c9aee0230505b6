"""What was decided about an upload, as a page's form or an API's JSON says it."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any, NamedTuple

from flask import Request
from sqlalchemy.orm import Session
from werkzeug.datastructures import FileStorage, MultiDict

from meris.accounts import Viewer, agencies
from meris.errors import Forbidden, Invalid
from meris.fields import by_name
from meris.tables import Upload
from meris.uploads import Choices, Corrections, Decisions, guess_kind, read
from meris.uploads.review import decisions_of
from meris.web.context import context, viewer

_MOST_TEXT = 200


def scope(viewer: Viewer) -> int | None:
    """Whose uploads a viewer sees: those of an agency by its id, or (None) of all.

    Raises `Forbidden` for somebody who belongs to no agency and may not act for any.
    """
    if viewer.opens_all_files:
        return None
    if viewer.agency_id is None:
        raise Forbidden("Your account belongs to no agency, so there is nobody to upload for.")
    return viewer.agency_id


def agency_of(session: Session, viewer: Viewer, given: str) -> int:
    """The agency an upload is for: one's own, or the one chosen by somebody who may choose.

    Raises `Invalid` when none is chosen, `Forbidden` or `NotFound` for one that cannot be.
    """
    own = scope(viewer)
    if not given and viewer.agency_id is not None:
        return viewer.agency_id
    if not given:
        raise Invalid("Choose the agency whose resources these are.")
    chosen = agencies.find(session, given)
    if own not in (None, chosen.id):
        raise Forbidden(f"{viewer.name} may not upload for {chosen.name}.")
    return chosen.id


def file_of(request: Request) -> FileStorage:
    """The file that was sent. Raises `Invalid` without one."""
    file = request.files.get("file")
    if file is None or not file.filename:
        raise Invalid("Choose a file.")
    return file


class Sent(NamedTuple):
    """A file as it was sent: what `meris.uploads.receive` is told of it."""

    agency_id: int
    kind: str
    filename: str
    content: bytes


def sent(request: Request) -> Sent:
    """The file, whose it is, and what is in it, told from its columns where nobody said.

    Raises `Invalid` without a file, or where its columns could mean several kinds; `Refused` for
    what is no table.
    """
    file = file_of(request)
    with context().database.reading() as session:
        agency_id = agency_of(session, viewer(), request.form.get("agency", ""))
    filename, content = file.filename or "", file.read()
    return Sent(agency_id, request.form.get("kind") or _guess(filename, content), filename, content)


def _guess(filename: str, content: bytes) -> str:
    guess = guess_kind(read(content, filename), context().home)
    if guess is None:
        raise Invalid(
            f"The columns of {filename} do not tell whether they are shelters, supplies or units. "
            "Choose what is in it."
        )
    return guess[0]


def from_form(form: "MultiDict[str, str]", upload: Upload) -> Decisions:
    """The decisions of the page's form. Columns left as they were matched stay unconfirmed.

    Raises `Invalid` when two columns are to be read as one field.
    """
    before = decisions_of(upload)
    constants = {
        name.removeprefix("all-"): text.strip()
        for name, text in form.items()
        if name.startswith("all-") and text.strip()
    }
    return replace(
        before,
        sheet=form.get("sheet") or before.sheet,
        confirmed={**before.confirmed, **_chosen(form, upload)},
        constants=constants,
        choices=replace(before.choices, allow_out_of_state="allow_out_of_state" in form),
        clear="clear" in form,
    )


def _chosen(form: "MultiDict[str, str]", upload: Upload) -> dict[str, str | None]:
    """Columns, by label, that are to be read otherwise than they were."""
    chosen: dict[str, str | None] = {}
    readers: dict[str, str] = {}
    taken = dict(name.split(":", 1) for name in form.getlist("take") if ":" in name)
    for column in (upload.summary or {}).get("columns", ()):
        given = form.get(f"column-{column['index']}", column["field"])
        field = taken.get(str(column["index"]), given) or None
        if field and field in readers:
            raise Invalid(
                f"“{readers[field]}” and “{column['label']}” are both to be read as "
                f"{_title(upload.kind, field)}. Choose one of them."
            )
        if field:
            readers[field] = column["label"]
        if field != column["field"]:
            chosen[column["label"]] = field
    return chosen


def _title(kind: str, name: str) -> str:
    """A field's title; its name where there is no such field."""
    field = by_name(kind).get(name)
    return field.title if field else name


def from_json(body: Mapping[str, Any]) -> Decisions:
    """The decisions of an API's body. Raises `Invalid` for a member of another type."""
    return Decisions(
        sheet=_member(body, "sheet", str, None),
        confirmed=_texts(body, "columns", maybe=True),
        constants=_texts(body, "constants"),
        choices=Choices(
            allow_out_of_state=flag(body, "allow_out_of_state"),
            repairs=frozenset(_list(body, "repairs")),
        ),
        corrections=_corrections(body),
        clear=flag(body, "clear"),
        as_of=_moment(body),
    )


def body_of(request: Request) -> dict[str, Any]:
    """The JSON object that was sent; an empty one when nothing was. Raises `Invalid`."""
    if not request.get_data(cache=True):
        return {}
    body = request.get_json(silent=True)
    if not isinstance(body, dict):
        raise Invalid("The body must be a JSON object, sent as application/json.")
    return body


def flag(body: Mapping[str, Any], name: str) -> bool:
    """A member that is true or false; false when it is not there."""
    return bool(_member(body, name, bool, False))


def _member(body: Mapping[str, Any], name: str, kind: type, default: Any) -> Any:
    value = body.get(name, default)
    if value is not None and not isinstance(value, kind):
        words = {str: "a text", bool: "true or false", dict: "an object", list: "a list"}
        raise Invalid(f'"{name}" must be {words[kind]}.')
    return value


def _texts(body: Mapping[str, Any], name: str, *, maybe: bool = False) -> dict[str, Any]:
    found = _member(body, name, dict, {}) or {}
    if any(not (isinstance(text, str) or (maybe and text is None)) for text in found.values()):
        raise Invalid(f'"{name}" must give each name a text{" or null" if maybe else ""}.')
    return {str(key)[:_MOST_TEXT]: text for key, text in found.items()}


def _corrections(body: Mapping[str, Any]) -> Corrections:
    """What to read instead of single words, cells and rows. Raises `Invalid`."""
    given = _member(body, "corrections", dict, {}) or {}
    replaced, cells = (_member(given, name, dict, {}) or {} for name in ("replaced", "cells"))
    texts = [text for part in (replaced, cells) for text in part.values()]
    good = all(
        isinstance(own, dict) and all(isinstance(text, str) for text in own.values())
        for own in texts
    )
    left_out = _member(given, "left_out", list, []) or []
    numbers = all(isinstance(row, int) and not isinstance(row, bool) for row in left_out)
    if not (good and numbers and all(str(row).isdecimal() for row in cells)):
        raise Invalid(
            '"corrections" must hold "replaced" {column: {text: text}}, "cells" {row: {column: '
            'text}} and "left_out" [row].'
        )
    return Corrections.from_json(given)


def _list(body: Mapping[str, Any], name: str) -> list[str]:
    found = _member(body, name, list, []) or []
    return [str(one) for one in found]


def _moment(body: Mapping[str, Any]) -> datetime | None:
    text = _member(body, "as_of", str, None)
    try:
        moment = datetime.fromisoformat(text) if text else None
    except ValueError:
        moment = None
    if text and (moment is None or moment.tzinfo is None):
        raise Invalid('"as_of" must be a time with its zone, such as 2026-05-04T14:30:00-05:00.')
    return moment
