"""/board and /board/units: what is open and who is where, at a desk or on a wall."""

import json
from collections.abc import Callable, Hashable
from typing import Any

from flask import Blueprint, Response, render_template, request
from sqlalchemy.orm import Session

from meris.accounts import agencies
from meris.dispatch import board_units, boards
from meris.errors import Invalid
from meris.incidents.types import every
from meris.units import ASSIGNMENT_TRANSITIONS
from meris.version import VERSION
from meris.web.context import context, viewer
from meris.web.map import page_settings

pages = Blueprint("boards", __name__)
#: The same for the pages' scripts and for machines.
api = Blueprint("boards_api", __name__)

#: Minutes before a check-in is due at which the boards warn.
SOON_MINUTES = 2


@pages.get("/board")
def incidents() -> str:
    """The incident board; `?wall=1` for a screen on the wall."""
    return _page("incidents")


@pages.get("/board/units")
def units() -> str:
    """The unit board; `?wall=1` for a screen on the wall."""
    return _page("units")


@api.get("/api/board/incidents")
def open_incidents() -> Response:
    """Every open incident with its units by status, what is missing and the last log entry.

    Times are seconds since 1970. `overdue_at` is when the first unit should have been on scene,
    null once one was.
    """
    policy = viewer().policy
    return _fresh(("incidents", policy.key), lambda session: boards.incidents(session, policy))


@api.get("/api/board/units")
def some_units() -> Response:
    """A page of the units by status, with what each is doing and since when.

    `counts` are of all that pass the other filters, by status. Times are seconds since 1970.
    """
    policy, asked = viewer().policy, _asked()
    return _fresh((asked, policy.key), lambda session: board_units.units(session, policy, asked))


def _page(board: str) -> str:
    wall = request.args.get("wall") == "1"
    return render_template(
        "boards/board.html",
        board=board,
        wall=wall,
        page_settings=page_settings() | _board_settings(board, wall=wall),
    )


def _board_settings(board: str, *, wall: bool) -> dict[str, Any]:
    with context().database.reading() as session:
        known = [{"id": one.id, "name": one.name} for one in agencies.every(session)]
        types = [{"code": one.code, "title": one.title} for one in every(session)]
    return {
        "board": board,
        "wall": wall,
        "version": VERSION,
        "agencies": known,
        "incident_types": types,
        "status_minutes": dict(boards.STATUS_MINUTES),
        "order": list(board_units.ORDER),
        "moves": {status: sorted(after) for status, after in ASSIGNMENT_TRANSITIONS.items()},
        "soon_minutes": SOON_MINUTES,
    }


def _fresh(question: Hashable, find: Callable[[Session], dict[str, Any]]) -> Response:
    with context().database.reading() as session:
        body = context().shared.answer(
            question, session, lambda: json.dumps(find(session) | {"version": VERSION}).encode()
        )
    response = Response(body, mimetype="application/json")
    response.headers["Cache-Control"] = "no-store"
    return response


def _asked() -> board_units.Asked:
    sort = request.args.get("sort") or "status"
    if sort not in board_units.known_sorts():
        raise Invalid(f'The board is not sorted by "{sort}". {_one_of(board_units.known_sorts())}')
    statuses = _listed("status")
    if wrong := next((code for code in statuses if code not in board_units.ORDER), None):
        raise Invalid(f'"{wrong}" is no status of a unit. {_one_of(board_units.ORDER)}')
    return board_units.Asked(
        statuses=tuple(statuses),
        counties=tuple(_counties()),
        agencies=tuple(_whole("agency", text, most=2**62) for text in _listed("agency")),
        types=tuple(_listed("type")),
        text=request.args.get("q", "")[:200],
        sort=sort,
        reverse=request.args.get("reverse") == "1",
        limit=max(1, _whole("limit", request.args.get("limit") or "200", board_units.MOST_ROWS)),
        offset=_whole("offset", request.args.get("offset") or "0", most=10_000_000),
    )


def _one_of(names: tuple[str, ...]) -> str:
    return f"Use {', '.join(names)}."


def _listed(name: str) -> list[str]:
    return [part for part in request.args.get(name, "").split(",") if part]


def _whole(name: str, text: str, most: int) -> int:
    if not (text.isascii() and text.isdecimal() and len(text) < 19 and int(text) <= most):
        raise Invalid(f'"{text[:40]}" is no {name}. Send a whole number of at most {most:,}.')
    return int(text)


def _counties() -> list[str]:
    """The counties asked for by code, and those of a region asked for as `scheme.code`."""
    counties = _listed("county")
    region = request.args.get("region", "")
    if not region:
        return counties
    scheme, _, code = region.partition(".")
    known = context().home.gazetteer.counties.values()
    of_region = [county.fips for county in known if county.regions.get(scheme) == code]
    if not of_region:
        raise Invalid(f'"{region[:40]}" is no region here. Send scheme.code, as on the map.')
    return counties + of_region
