"""/scorecard: which county to call first, what to ask for, and the records that need it."""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from flask import Blueprint, Response, jsonify, render_template, request

from geo.tiles import Tile
from meris import fields, scorecard
from meris.errors import NotFound
from meris.fields.guard import guarded
from meris.scorecard import Board, Card
from meris.scorecard.folder import Flawed
from meris.web import scorecard_words as words
from meris.web import upload_words
from meris.web.context import context, viewer

pages = Blueprint("scorecard", __name__)
api = Blueprint("scorecard_api", __name__)

#: How the address names what no county answers for.
NO_COUNTY = "none"
_PAGE = 100
_SORTS = ("call", "name", "region", *scorecard.MEASURES, "records")


@pages.get("/scorecard")
def index() -> str:
    """The tile map of the state and the call list."""
    board = _board()
    sort = request.args.get("sort", "call")
    reverse = "reverse" in request.args
    return render_template(
        "scorecard/index.html",
        board=board,
        rows=_tile_rows(board),
        cards=_sorted(board.cards, sort, reverse),
        places={card.fips: place for place, card in enumerate(board.cards, 1)},
        measure=_measure(),
        sort=sort if sort in _SORTS else "call",
        reverse=reverse,
        grades=_grades(board),
        region=_region,
        words=words,
        important=fields.important,
    )


@pages.get("/scorecard.csv")
def call_list() -> Response:
    """The call list as a file."""
    board = _board()
    rows = [_line(place, card) for place, card in enumerate(board.cards, 1)]
    return _csv("call-list", list(rows[0]) if rows else [], rows)


@pages.get("/scorecard/<fips>")
def county(fips: str) -> str:
    """One county: whom to call, its files, and the records to fix."""
    code, show = _code(fips), request.args.get("show") or None
    page = max(request.args.get("page", 1, int), 1)
    with context().database.reading() as session:
        found = scorecard.folder(session, viewer(), context().home.gazetteer, code)
        records = scorecard.flawed(
            session, viewer(), code, show, offset=(page - 1) * _PAGE, limit=_PAGE
        )
    total = found.flaws[show or "any"]
    return render_template(
        "scorecard/county.html",
        found=found,
        card=found.card,
        fips=fips,
        records=records,
        show=show,
        page=page,
        total=total,
        pages=-(-total // _PAGE),
        region=_region,
        words=words,
        important=fields.important,
        uploads=upload_words,
    )


@pages.get("/scorecard/<fips>.csv")
def fix_list(fips: str) -> Response:
    """The records of a county with something to fix, as a file to send there."""
    with context().database.reading() as session:
        # the folder says whether there is such a county
        found = scorecard.folder(session, viewer(), context().home.gazetteer, _code(fips))
        records = scorecard.flawed(session, viewer(), _code(fips), request.args.get("show") or None)
    name = found.card.name.lower().replace(" ", "-").replace(".", "")
    return _csv(f"to-fix-{name}", _FIX_COLUMNS, map(_fix, records))


@api.get("/api/scorecard")
def cards() -> Response:
    """Every county's measures, grade, problems and what to ask for, in the order of calls.

    Shares are whole percent, rounded down; null where nothing is reported.
    """
    board = _board()
    return jsonify(
        as_of=board.at.isoformat(),
        counties=[_json(card) for card in board.cards],
        elsewhere=_json(board.elsewhere),
    )


def _board() -> Board:
    with context().database.reading() as session:
        return scorecard.board(session, viewer(), context().home.gazetteer)


def _code(fips: str) -> str:
    """The FIPS code in an address; "" for what no county answers for."""
    if fips == NO_COUNTY:
        return ""
    if not fips:
        raise NotFound("There is no such county in this state.")
    return fips


def _measure() -> str:
    asked = request.args.get("measure", "overall")
    return asked if asked in scorecard.MEASURES else "overall"


def _tile_rows(board: Board) -> list[list[Card | None]]:
    """The tile map row by row, with None where there is no county."""
    at = {card.tile: card for card in board.cards if card.tile}
    high = max((tile.row for tile in at), default=0)
    wide = max((tile.column for tile in at), default=0)
    return [
        [at.get(Tile(row, column)) for column in range(1, wide + 1)] for row in range(1, high + 1)
    ]


def _sorted(cards: list[Card], by: str, reverse: bool) -> list[Card]:
    """The list in another order than that of the calls; the unknown always comes last."""
    if by == "name":
        return sorted(cards, key=lambda card: card.name, reverse=reverse)
    if by == "region":
        return sorted(cards, key=_region, reverse=reverse)
    if by == "records":
        return sorted(cards, key=lambda card: -card.counts["records"], reverse=reverse)
    if by not in scorecard.MEASURES:
        return cards[::-1] if reverse else cards
    known = [(number, card) for card in cards if (number := words.value(card, by)) is not None]
    known.sort(key=lambda pair: pair[0], reverse=reverse)
    return [card for _, card in known] + [c for c in cards if words.value(c, by) is None]


def _region(card: Card) -> str:
    """The county's region in the state's first way of dividing itself."""
    schemes = context().home.gazetteer.regions
    return card.county.regions.get(schemes[0].code, "") if card.county and schemes else ""


def _grades(board: Board) -> dict[str | None, int]:
    """How many counties have each grade, none last."""
    every = [card.grade("overall") for card in board.cards]
    return {grade: every.count(grade) for grade in (*reversed(scorecard.GRADES), None)}


def _line(place: int, card: Card) -> dict[str, object]:
    """A county's line of the call list's file."""
    contact = card.contact
    return {
        "call": place,
        "county": card.county.full_name if card.county else card.name,
        "fips": card.fips,
        "region": _region(card),
        "grade": card.grade("overall"),
        "because": words.because(card),
        "ask": "; ".join(ask.text for ask in card.asks),
        "agency": contact and contact.agency,
        "phone": contact and contact.phone,
        "person": contact and contact.person,
        "email": contact and contact.email,
        "overall_percent": card.overall,
        **{f"{name}_percent": share for name, share in card.shares.items()},
        "problems": card.problems,
        "last_upload": card.delivered and card.delivered.at.isoformat(timespec="seconds"),
        "last_upload_by": card.delivered and card.delivered.by,
        **{name: card.counts[name] for name in ("records", "shelters", "supply_sites", "units")},
    }


#: Of the file that goes to a county.
_FIX_COLUMNS = (
    "meris_id",
    "external_id",
    "name",
    "kind",
    "agency",
    "status",
    "confirmed_at",
    "to_fix",
    "missing",
)


def _fix(record: Flawed) -> dict[str, object]:
    """A record's line of a county's file."""
    confirmed = record.confirmed_at
    return {
        "meris_id": record.id,
        "external_id": record.external_id,
        "name": record.name,
        "kind": words.KINDS[record.kind],
        "agency": record.agency,
        "status": record.status,
        "confirmed_at": confirmed and confirmed.isoformat(timespec="seconds"),
        "to_fix": "; ".join([text for text, _ in words.tags(record)]),
        "missing": "; ".join(record.missing),
    }


def _csv(name: str, columns: Sequence[str], rows: Iterable[Mapping[str, object]]) -> Response:
    """A file that Excel takes for what it is, and for no formula."""
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, columns, lineterminator="\r\n")
    writer.writeheader()
    for row in rows:
        writer.writerow({name: _cell(value) for name, value in row.items()})
    response = Response(out.getvalue().encode("utf-8-sig"), content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="meris-{name}.csv"'
    return response


def _cell(value: object) -> object:
    if value is None:
        return ""
    return guarded(value) if isinstance(value, str) else value


def _json(card: Card) -> dict[str, Any]:
    contact, delivered = card.contact, card.delivered
    return {
        "fips": card.fips or None,
        "name": card.county.full_name if card.county else None,
        "region": _region(card) or None,
        "tile": card.tile and {"row": card.tile.row, "column": card.tile.column},
        "grade": card.grade("overall"),
        "overall": card.overall,
        **card.shares,
        "problems": card.problems,
        "counts": dict(card.counts),
        "last_upload": delivered and {"at": delivered.at.isoformat(), "by": delivered.by},
        "ask": [ask.text for ask in card.asks],
        "contact": contact and contact._asdict(),
    }
