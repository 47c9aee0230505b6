"""/add: one resource typed in by hand, by the checks that a file of one row goes through."""

from collections.abc import Mapping, Sequence

import structlog
from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from meris import fields
from meris.accounts import agencies
from meris.errors import NotFound, Refused
from meris.fields import Field
from meris.uploads import by_hand
from meris.uploads.by_hand import Answer
from meris.web import upload_words
from meris.web.context import context, viewer
from meris.web.errors import status_of
from meris.web.upload_forms import agency_of
from meris.web.upload_page import map_settings
from meris.wording import plural

pages = Blueprint("by_hand", __name__)
log = structlog.get_logger(__name__)

#: Sections that everybody fills in; the others are opened by whoever knows more.
_OPEN = frozenset({"identity", "status", "stock", "capacity", "place", "contact"})
_TITLES = {"shelter": "Add a shelter", "supply": "Add supplies at a site", "unit": "Add a unit"}


@pages.get("/add")
def index() -> ResponseReturnValue:
    """The first kind; the page itself leads to the others."""
    return redirect(url_for("by_hand.form", kind=fields.ROW_KINDS[0]))


@pages.get("/add/<kind>")
def form(kind: str) -> str:
    """An empty form of a kind, made from the field catalogue."""
    return _page(_known(kind))


@pages.post("/add/<kind>")
def add(kind: str) -> ResponseReturnValue:
    """Add what was typed, or show it again with what is wrong; nothing typed is lost."""
    _known(kind)
    try:
        answer = _add(kind)
    except Refused as refused:
        return _page(kind, message=refused.message), status_of(refused)
    if answer.upload_id is None:
        return _page(kind, answer), 422 if answer.problems else 409
    log.info("added by hand", who=viewer().account_id, upload=answer.upload_id)
    return redirect(url_for("uploads.show", upload_id=answer.upload_id), 303)


def _add(kind: str) -> Answer:
    """Raises `Refused` where the row cannot be taken at all, such as for no agency."""
    parts, sent = context(), request.form
    with parts.database.reading() as session:
        agency_id = agency_of(session, viewer(), sent.get("agency", ""))
    return by_hand.add(
        parts.database,
        viewer().actor,
        parts.home,
        agency_id=agency_id,
        kind=kind,
        values={one.name: sent.get(one.name, "") for one in by_hand.asked(kind)},
        different={int(one) for one in sent.getlist("different") if _is_id(one)},
        own_county=parts.settings.upload_own_county,
    )


def _is_id(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) < 19


def _known(kind: str) -> str:
    if kind not in fields.ROW_KINDS:
        raise NotFound(f"Nothing of this kind is added here. Add one of {', '.join(_TITLES)}.")
    return kind


def _page(kind: str, answer: Answer | None = None, message: str | None = None) -> str:
    answer = answer or Answer()
    with context().database.reading() as session:
        choosable = agencies.every(session) if viewer().opens_all_files else []
    return render_template(
        "add/index.html",
        kind=kind,
        kinds=upload_words.TITLES,
        title=_TITLES[kind],
        noun=upload_words.noun(kind, 1),
        sections=_sections(kind, request.form, answer.problems),
        needs={name for group in fields.needs(kind) if len(group) == 1 for name in group},
        one_of=_one_of(kind),
        choices_of=fields.choices_of,
        counties=context().home.gazetteer.counties.values(),
        agencies=choosable,
        typed=request.form,
        wrong=answer.problems,
        pairs=answer.pairs,
        known=answer.known,
        message=message or answer.problems.get("") or _said(answer.problems),
        page_settings=map_settings(),
    )


def _sections(
    kind: str, typed: Mapping[str, str], wrong: Mapping[str, str]
) -> list[tuple[str, Sequence[Field], bool]]:
    """Title, fields, and whether it is open: where everybody writes, something is written or
    something is wrong. These come first."""
    asked = by_hand.asked(kind)
    named = {
        section: [one for one in asked if one.section == section] for section in fields.SECTIONS
    }
    told = [
        (
            fields.SECTIONS[section],
            own,
            section in _OPEN or any(typed.get(one.name) or one.name in wrong for one in own),
        )
        for section, own in named.items()
        if own
    ]
    return sorted(told, key=lambda one: not one[2])


def _one_of(kind: str) -> str:
    """Of which fields one is enough, in words; empty where there are none."""
    by_name = fields.by_name(kind)
    groups = [group for group in fields.needs(kind) if len(group) > 1]
    return "; ".join(" or ".join(by_name[name].title for name in group) for group in groups)


def _said(problems: Mapping[str, str]) -> str | None:
    """One sentence over the form."""
    if not problems:
        return None
    return f"{plural(len(problems), 'field')} to correct. Nothing was added."
