"""/styleguide: every color, size, symbol and part of the pages, by day and by night.

For those who build MERIS. The page has no list of its own: colors and sizes are read from vars.css,
symbols from symbols.svg, statuses from the field catalogue.
"""

import re
from functools import cache
from typing import NamedTuple

from flask import Blueprint, render_template

from meris import fields
from meris.web.assets import shipped
from meris.web.palette import Group, groups

pages = Blueprint("styleguide", __name__)

_COLOR = re.compile(r"#|rgb|light-dark\(|var\(--(?:st-|tone-)")
_LENGTH = re.compile(r"(\d+)px")
_DRAWN = re.compile(r'<symbol id="(\w+)"')
#: What is no icon: kinds are shown with their statuses, marks on the symbols that bear them.
_NO_ICONS = {*fields.KINDS, "incident", "danger", "overdue"}


class Size(NamedTuple):
    """A variable that is a size; `px` where it is a plain number of pixels."""

    name: str
    value: str
    px: int | None


@pages.get("/styleguide")
def index() -> str:
    """All of it on one page."""
    variables = _variables()
    return render_template(
        "styleguide/index.html",
        colors=_colors(variables),
        sizes=_sizes(variables),
        icons=_icons(),
        kinds={kind: fields.statuses(kind).choices for kind in fields.KINDS},
        priorities=fields.PRIORITY.choices,
        areas=fields.AREA_KIND.choices,
    )


@cache
def _variables() -> list[Group]:
    return groups((shipped("static") / "css" / "vars.css").read_text())


def _colors(variables: list[Group]) -> list[Group]:
    """The groups that hold colors, without what else stands in them."""
    only = [
        Group(group.title, [one for one in group.variables if _COLOR.match(one.day)])
        for group in variables
    ]
    return [group for group in only if group.variables]


def _sizes(variables: list[Group]) -> list[Size]:
    return [
        Size(one.name, one.day, int(plain[1]) if (plain := _LENGTH.fullmatch(one.day)) else None)
        for group in variables
        for one in group.variables
        if not _COLOR.match(one.day)
    ]


@cache
def _icons() -> list[str]:
    drawing = (shipped("static") / "img" / "symbols.svg").read_text()
    return [name for name in _DRAWN.findall(drawing) if name not in _NO_ICONS]
