"""Records on ICS forms: a page to read and print, the same as PDF, and its table as CSV."""

import re
from collections.abc import Callable

from flask import Blueprint, Response, render_template, request
from sqlalchemy.orm import Session

from meris.accounts import Viewer
from meris.errors import NotFound
from meris.fields import Home
from meris.ics import briefing, check_in, log
from meris.ics.form import Form, as_csv
from meris.ics.press import pdf_of
from meris.web.context import context, viewer
from meris.web.paper_css import css_of

pages = Blueprint("records", __name__)

#: Lines that are printed; a CSV file has more.
MOST_LINES = 1_000
_SHEET = re.compile(r"(201|211|214)(?:\.(pdf|csv))?")

Maker = Callable[[Session, Viewer, int, Home, log.Span], Form]

_OF_INCIDENT: dict[str, Maker] = {
    "201": lambda session, who, of, home, _: briefing.of_incident(session, who, of, home),
    "211": lambda session, who, of, home, _: check_in.of_incident(session, who, of, home),
    "214": log.of_incident,
}


@pages.get("/incidents/<int:incident_id>/ics-<sheet>")
def incident(incident_id: int, sheet: str) -> Response | str:
    """ICS 201, 211 or 214 of an incident; with .pdf or .csv behind it, as a file."""
    return _answer(sheet, _OF_INCIDENT, incident_id, list(_OF_INCIDENT))


@pages.get("/units/<int:unit_id>/ics-<sheet>")
def unit(unit_id: int, sheet: str) -> Response | str:
    """ICS 214 of a unit."""
    return _answer(sheet, {"214": log.of_unit}, unit_id)


@pages.get("/people/<int:account_id>/ics-<sheet>")
def person(account_id: int, sheet: str) -> Response | str:
    """ICS 214 of a person: what they wrote and changed."""
    return _answer(sheet, {"214": log.of_person}, account_id)


def _answer(
    sheet: str, makers: dict[str, Maker], of: int, siblings: list[str] | None = None
) -> Response | str:
    asked = _SHEET.fullmatch(sheet)
    maker = makers.get(asked[1]) if asked else None
    if asked is None or maker is None:
        raise NotFound("There is no such form. There are ICS 201, 211 and 214 of an incident.")
    span = request.args.get("from"), request.args.get("to")
    with context().database.reading() as session:
        form = maker(session, viewer(), of, context().home, span)
    # a PDF takes seconds: nothing of the database is held meanwhile
    if asked[2] == "csv":
        return file(as_csv(form), f"{form.stem}.csv", "text/csv; charset=utf-8")
    if asked[2] == "pdf":
        page = render_template(
            "records/paper.html", form=form, css=css_of("records"), most=MOST_LINES
        )
        return file(pdf_of(page), f"{form.stem}.pdf", "application/pdf")
    return render_template(
        "records/show.html",
        form=form,
        most=MOST_LINES,
        siblings=siblings or [],
        period=form.code == "214",
        span=span,
    )


def file(body: bytes, name: str, media_type: str) -> Response:
    """A body as a file to be kept under a name."""
    response = Response(body, content_type=media_type)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
