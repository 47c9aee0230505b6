"""/exports: what an agency has, as files that can be sent back."""

import re
from typing import BinaryIO

from flask import Blueprint, Response, render_template, request

from meris import exports
from meris.accounts import agencies
from meris.errors import NotFound
from meris.exports import FORMATS, Asked
from meris.fields import ROW_KINDS
from meris.tables import Agency
from meris.web.context import context, viewer
from meris.web.written import download

pages = Blueprint("exports", __name__)
#: The same files for machines: a token opens the API and nothing else.
api = Blueprint("exports_api", __name__)

_TITLES = {"shelter": "Shelters", "supply": "Supplies", "unit": "Units"}


@pages.get("/exports")
def index() -> str:
    """What there is to export, how many of each and when it last changed."""
    with context().database.reading() as session:
        agency = exports.whose(session, viewer(), request.args.get("agency", ""))
        return render_template(
            "exports/index.html",
            held=exports.held(session, viewer().policy, agency.id if agency else None),
            agency=agency,
            agencies=agencies.every(session) if viewer().may("edit_all") else [],
            titles=_TITLES,
            formats=FORMATS.values(),
        )


@pages.get("/exports/<kind>.<extension>")
@api.get("/api/exports/<kind>.<extension>")
def file(kind: str, extension: str) -> Response:
    """What an agency has of one kind: shelter, supply or unit, as csv, xlsx or geojson.

    The columns are those that uploads read. Sent back unchanged, the file changes nothing. Without
    `agency` it is your own agency's or, for those who act for the state, everybody's.
    """
    if kind not in ROW_KINDS or extension not in FORMATS:
        raise NotFound("There is no such export. The page /exports lists them.")

    def write(out: BinaryIO) -> str:
        with context().database.reading() as session:
            agency = exports.whose(session, viewer(), request.args.get("agency", ""))
            asked = Asked(kind, agency.id if agency else None)
            exports.write(session, viewer(), asked, extension, out, context().home)
        return f"{_name(kind, agency)}.{extension}"

    return download(FORMATS[extension].media_type, write)


def _name(kind: str, agency: Agency | None) -> str:
    """A file name that says what is in it."""
    whose = re.findall(r"[a-z0-9]+", agency.name.lower()) if agency else ["all"]
    return "-".join([_TITLES[kind].lower(), *whose])[:100]
