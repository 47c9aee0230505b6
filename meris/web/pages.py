"""/fields: what the columns of a spreadsheet mean, and a template of each kind to fill in."""

from flask import Blueprint, Response, render_template

from meris import fields
from meris.errors import NotFound

pages = Blueprint("fields", __name__)

_TITLES = {"shelter": "Shelters", "supply": "Supplies", "unit": "Units"}
_DAY_SECONDS = 24 * 3600


@pages.get("/fields")
def columns() -> str:
    """Help for every column of every kind of file, from the field catalogue."""
    return render_template("fields/index.html", kinds=[_kind(kind) for kind in fields.ROW_KINDS])


@pages.get("/fields/<kind>.csv")
def template(kind: str) -> Response:
    """A file with the headers, their HXL tags and an example row."""
    if kind not in fields.ROW_KINDS:
        raise NotFound(f"There is no template {kind}. The kinds are {', '.join(fields.ROW_KINDS)}.")
    # Excel takes a file for UTF-8 only when it begins with the mark
    body = fields.template_csv(kind).encode("utf-8-sig")
    response = Response(body, content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="meris-{kind}.csv"'
    response.headers["Cache-Control"] = f"public, max-age={_DAY_SECONDS}"
    return response


def _kind(kind: str) -> dict[str, object]:
    sections = {
        title: [field for field in fields.of(kind) if field.section == section]
        for section, title in fields.SECTIONS.items()
    }
    return {
        "kind": kind,
        "title": _TITLES[kind],
        "needs": fields.needs(kind),
        "sections": {title: columns for title, columns in sections.items() if columns},
        "choices": {field.name: fields.choices_of(field) for field in fields.of(kind)},
    }
