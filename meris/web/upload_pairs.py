"""Answers for look-alikes: which pair a page or an API means, and what is said of it.

A page's button names the row, the other one and the answer: `14:r88:same` for record 88,
`14:n15:different` for row 15 of the same file, `14:r88:` to be asked again.
"""

import re
from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict

from meris.db import Actor
from meris.errors import Conflict, Invalid, NotFound
from meris.uploads import same

_NAME = re.compile(r"(\d{1,9}):([rn])(\d{1,18}):(same|different|merge|)")


def answer_pairs(
    session: Session, actor: Actor, upload_id: int, form: "MultiDict[str, str]"
) -> None:
    """Keep the answers of a form, `pair` for single ones and `alike` for all from a score on.

    Raises `Invalid` for what is no answer, `Conflict` for a pair that is not there any more.
    """
    for name in form.getlist("pair"):
        found = _NAME.fullmatch(name)
        if found is None:
            raise Invalid("This is no answer for two look-alikes.")
        number, which, other, choice = found.groups()
        two = int(number), _other(which, int(other))
        try:
            same.choose(session, actor, upload_id, *two, choice or None)
        except NotFound as gone:  # decided in another browser; the page itself is there
            raise Conflict(gone.message) from gone
    if alike := form.get("alike"):
        same.choose_all(session, actor, upload_id, alike, _score(form.get("at_least")))


def answer_by_json(session: Session, actor: Actor, upload_id: int, body: Mapping[str, Any]) -> None:
    """Keep one answer: `number`, `resource_id` or `other_number`, and `choice` (null: ask again);
    or, with `at_least`, that of all pairs from this score on. Raises as `answer_pairs`."""
    choice = body.get("choice")
    if choice is not None and not isinstance(choice, str):
        raise Invalid('"choice" must be same, different, merge or null.')
    if "at_least" in body:
        same.choose_all(session, actor, upload_id, str(choice), _score(body["at_least"]))
        return
    number, resource = body.get("number"), body.get("resource_id")
    row = body.get("other_number") if resource is None else resource
    if not isinstance(number, int) or not isinstance(row, int):
        raise Invalid('A pair is named by "number" and "resource_id" or "other_number".')
    other = _other("n" if resource is None else "r", row)
    same.choose(session, actor, upload_id, number, other, choice)


def _other(which: str, number: int) -> same.Other:
    if which == "r":
        return same.Other(resource_id=number)
    return same.Other(other_number=number)


def _score(given: Any) -> float:
    try:
        score = float(given)
    except (TypeError, ValueError):
        score = -1.0
    if not 0 <= score <= 1:
        raise Invalid('"at_least" must be a number from 0 to 1.')
    return score
