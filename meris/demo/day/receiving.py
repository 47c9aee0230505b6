"""What trucks bring to the shelters is taken in: all of it, short, broken, or in two parts."""

from dataclasses import dataclass
from decimal import Decimal
from functools import partial
from typing import Any

from meris.demo.day import story
from meris.demo.day.books import Books
from meris.demo.day.cast import Haven
from meris.demo.day.run import Run

_NONE = Decimal(0)


@dataclass
class Cargo:
    """A shipment on its way to a shelter; `loads` are its lines as they were sent, each with the
    promise that it keeps (`fill_id`)."""

    id: int
    how: str
    shelter: Haven
    loads: list[dict[str, Any]]


def expect(run: Run, books: Books, cargo: Cargo, left: float) -> None:
    """Put its arrival on the clock; what comes in parts comes twice."""
    drive = story.CAME - story.LEFT
    if cargo.how == "part":
        run.later(left + drive, partial(_take_in, run, books, cargo, Decimal("0.5")))
        rest = story.REST_CAME - story.LEFT
        run.later(left + rest, partial(_take_in, run, books, cargo, Decimal(1)))
    else:
        run.later(left + drive, partial(_take_in, run, books, cargo, Decimal(1)))


def _take_in(run: Run, books: Books, cargo: Cargo, share: Decimal, hour: float) -> None:
    console, at = cargo.shelter.hands.console, run.at(hour).isoformat()
    path = f"/api/shipments/{cargo.id}"
    if cargo.how == "damaged":
        run.went(console.post(f"{path}/arrive", {"at": at}), "shipments at the door")
    lines = [_line(cargo, load, share, rank) for rank, load in enumerate(cargo.loads)]
    body: dict[str, Any] = {"at": at, "client_key": run.key("take in")}
    if cargo.how in ("short", "damaged", "part"):
        body["lines"] = [line for line in lines if line]
    if run.went(console.post(f"{path}/receive", body), _title(cargo, share)) is None:
        return
    books.forget(cargo.shelter)
    for load, line in zip(cargo.loads, lines, strict=True):
        _note(books, cargo, load, line)


def _title(cargo: Cargo, share: Decimal) -> str:
    if cargo.how in ("short", "damaged"):
        return f"shipments received {cargo.how}"
    return "shipments received in part" if share < 1 else "shipments received in full"


def _line(cargo: Cargo, load: dict[str, Any], share: Decimal, rank: int) -> dict[str, Any]:
    """What is said of one line; the first one is short of two or has one broken."""
    open_ = Decimal(str(load["in_transit"]))
    much = open_ if share == 1 else (open_ * share) // 1
    line: dict[str, Any] = {"id": load["id"]}
    gap = {"short": Decimal(2), "damaged": Decimal(1)}.get(cargo.how, _NONE) if rank == 0 else _NONE
    gap = min(gap, much)
    line["received"] = f"{much - gap:f}"
    if gap:
        words = {"short": "Two fewer on the truck than on the list", "damaged": "Wet through"}
        line |= {cargo.how: f"{gap:f}", "reason": words[cargo.how]}
    return line


def _note(books: Books, cargo: Cargo, load: dict[str, Any], line: dict[str, Any]) -> None:
    item, unit = load["item_code"] or load["item_name"], load["unit"]
    came = Decimal(line["received"])
    short, broken = Decimal(line.get("short", 0)), Decimal(line.get("damaged", 0))
    books.shelves[cargo.shelter.id, item, unit] += came
    books.road[item, unit] -= came
    books.lost(item, unit, short, "missing")
    books.lost(item, unit, broken, "thrown away")
    load["in_transit"] = f"{Decimal(str(load['in_transit'])) - came - short - broken:f}"
    if fill := load.get("fill_id"):
        books.came[fill] += came
