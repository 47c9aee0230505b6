"""ICS 213RR of a request: a page to read and print, the same as PDF, its order lines as CSV."""

import re

from flask import Blueprint, Response, render_template

from meris.errors import NotFound
from meris.ics import resource_request
from meris.ics.form import as_csv
from meris.ics.press import pdf_of
from meris.web.context import context, viewer
from meris.web.paper_css import css_of
from meris.web.records import MOST_LINES, file

pages = Blueprint("requests_paper", __name__)

_SHEET = re.compile(r"213rr(?:\.(pdf|csv))?", re.IGNORECASE)


@pages.get("/requests/<int:request_id>/ics-<sheet>")
def show(request_id: int, sheet: str) -> Response | str:
    """ICS 213RR of a request; with .pdf or .csv behind it, as a file."""
    asked = _SHEET.fullmatch(sheet)
    if asked is None:
        raise NotFound("There is no such form. There is ICS 213RR of a request.")
    with context().database.reading() as session:
        form = resource_request.of_request(session, viewer(), request_id, context().home)
    # a PDF takes seconds: nothing of the database is held meanwhile
    ending = (asked[1] or "").lower()
    if ending == "csv":
        return file(as_csv(form), f"{form.stem}.csv", "text/csv; charset=utf-8")
    if ending == "pdf":
        page = render_template(
            "records/paper.html", form=form, css=css_of("records"), most=MOST_LINES
        )
        return file(pdf_of(page), f"{form.stem}.pdf", "application/pdf")
    return render_template(
        "records/show.html",
        form=form,
        most=MOST_LINES,
        siblings=[],
        period=False,
        span=(None, None),
    )
