"""Stock that comes, is handed out, spoils, is counted and corrected, at the places of the day."""

from datetime import timedelta
from decimal import Decimal
from functools import partial
from typing import Any

from meris.demo.day import story
from meris.demo.day.books import Books
from meris.demo.day.cast import Haven, Person, Site
from meris.demo.day.run import Run


def begin(run: Run, books: Books) -> None:
    """Put the trucks, the points of distribution and the slips of the day on its clock."""
    house = run.stage.warehouse
    books.open(house)
    for hour, item, unit, much, lot, short in story.TRUCKS:
        goods = {"item": item, "unit": unit, "lot": lot}
        days = 0 if short else 300
        expires = (run.at(hour) + timedelta(days=days)).astimezone(run.zone).date()
        if lot:
            goods["expires_on"] = expires.isoformat()
        run.later(hour, partial(_truck, run, books, house, goods, Decimal(much)))
    for pod in run.stage.pods:
        _distribute(run, books, pod)
    run.later(story.THROWN_AWAY, partial(_throw_away, run, books, house))
    busy = run.stage.of("anchor")[0]
    run.later(story.SLIP, partial(_slip, run, books, busy))
    run.later(story.SHEET, partial(_count_all, run, books, busy))


def receive(run: Run, books: Books, site: Site, item: str, unit: str, much: int, at: float) -> None:
    """Goods that somebody outside brings to a shelter when it opens."""
    _truck(run, books, site, {"item": item, "unit": unit, "lot": None}, Decimal(much), at)


def _truck(
    run: Run, books: Books, site: Site, goods: dict[str, Any], much: Decimal, hour: float
) -> None:
    books.open(site)
    body = goods | {"kind": "receive", "quantity": f"{much:f}"}
    if _move(run, books, site, site.keeper, body, hour, "deliveries") is not None:
        books.move(site, goods["item"], goods["unit"], much, "came")


def hand_out(
    run: Run, books: Books, site: Site, item: str, much: Decimal, hour: float
) -> int | None:
    """Hand out from what expires first, as far as it goes; the last movement, None for none."""
    last = None
    for line in list(books.sheet(site)):
        part = min(much, line.free // 1)
        if line.item != item or part <= 0:
            continue
        body = {"kind": "issue", "line": line.id, "quantity": f"{part:f}"}
        made = _move(run, books, site, site.hands, body, hour, "hand-outs")
        if made is None:
            break
        books.move(site, item, line.unit, -part, "used")
        last, much = made["movement"]["id"], much - part
    return last


def burn(run: Run, books: Books, shelter: Haven, hour: float) -> None:
    """Hand out what the people of a shelter used up since that was done last."""
    days = (hour - shelter.burnt_at) / 24
    shelter.burnt_at = hour
    if shelter.people <= 0 or days <= 0:
        return
    for need in story.NEEDS:
        exact = shelter.rest.get(need.item, 0.0)
        exact += shelter.people * need.each * days * run.chance.uniform(0.7, 1.3)
        shelter.rest[need.item] = exact % 1
        if exact >= 1:
            hand_out(run, books, shelter, need.item, Decimal(int(exact)), hour)


def _distribute(run: Run, books: Books, pod: Site) -> None:
    books.open(pod)
    for item, unit, much in story.POD_TRUCK:
        goods = {"item": item, "unit": unit, "lot": None}
        run.later(2.5, partial(_truck, run, books, pod, goods, Decimal(much)))
    for hour in story.POD_HOURS:
        for item, _, much in story.POD_TRUCK:
            given = much * story.HANDED_OUT[item] * run.chance.uniform(0.6, 1.4)
            run.later(hour + 0.9, partial(_hand_out, run, books, pod, item, Decimal(int(given))))


def _hand_out(run: Run, books: Books, pod: Site, item: str, much: Decimal, hour: float) -> None:
    hand_out(run, books, pod, item, much, hour)


def _throw_away(run: Run, books: Books, site: Site, hour: float) -> None:
    """What was good for the first day only and is still there, by midnight or just before it."""
    today = run.at(hour).astimezone(run.zone).date().isoformat()
    for line in list(books.sheet(site)):
        past = line.expires_on is not None and line.expires_on <= today
        if line.lot != "F-1" or not past or line.free <= 0:
            continue
        body = {"kind": "expire", "line": line.id, "quantity": f"{line.free:f}"}
        if _move(run, books, site, site.keeper, body, hour, "expired lots") is not None:
            books.move(site, line.item, line.unit, -line.free, "thrown away")


def _slip(run: Run, books: Books, shelter: Haven, hour: float) -> None:
    """Twelve cases are typed for two; it is noticed, taken back and typed again."""
    made = hand_out(run, books, shelter, "WATER-BTL", Decimal(12), hour)
    if made is None:
        run.wrong.append(f"{shelter.name} had no water to hand out wrongly.")
        return
    run.later(story.SLIP_SEEN, partial(_take_back, run, books, shelter, made))


def _take_back(run: Run, books: Books, shelter: Haven, movement: int, hour: float) -> None:
    body = {
        "reason": "Typed 12 for 2",
        "at": run.at(hour).isoformat(),
        "client_key": run.key("back"),
    }
    path = f"/api/movements/{movement}/reverse"
    told = run.went(shelter.hands.console.post(path, body), "reversals")
    if told is None:
        return
    books.told(shelter, told["line"])
    much = Decimal(str(told["movement"]["quantity"]))
    books.shelves[shelter.id, "WATER-BTL", told["line"]["unit"]] += much
    books.ways["WATER-BTL", told["line"]["unit"], "used"] -= much
    body["client_key"] = run.key("back again")
    run.refused(shelter.hands.console.post(path, body), "taking back twice")
    hand_out(run, books, shelter, "WATER-BTL", Decimal(2), hour)


def _count_all(run: Run, books: Books, shelter: Haven, hour: float) -> None:
    """A count sheet: drawn, counted with one case missing and one blanket too many, entered."""
    hands = shelter.hands.console
    drawn = run.went(hands.post(f"/api/supplies/{shelter.id}/stocktakes", {}), "count sheets drawn")
    if drawn is None:
        return
    counted, gaps = {}, {"MEAL-SS": Decimal(-1), "BLANKET": Decimal(1)}
    for line in list(books.sheet(shelter)):
        gap = gaps.pop(line.item, Decimal(0)) if line.on_hand > 1 else Decimal(0)
        counted[str(line.id)] = f"{line.on_hand + gap:f}"
        if gap:
            way = "found" if gap > 0 else "missing"
            books.move(shelter, line.item, line.unit, gap, way)
    body = {"counted": counted, "counted_by": "Two volunteers"}
    path = f"/api/stocktakes/{drawn['id']}"
    entered = hands.post(f"{path}/enter", body | {"counted_at": run.at(hour).isoformat()})
    if run.went(entered, "count sheets entered") is not None:
        run.went(shelter.keeper.console.post(f"{path}/apply", {}), "count sheets applied")
        books.forget(shelter)


def _move(
    run: Run,
    books: Books,
    site: Site,
    who: Person,
    body: dict[str, Any],
    hour: float,
    what: str,
) -> dict[str, Any] | None:
    said = {"at": run.at(hour).isoformat(), "client_key": run.key(str(body["kind"]))}
    answer = who.console.post(f"/api/supplies/{site.id}/movements", body | said)
    made = run.went(answer, what)
    if made is not None:
        books.told(site, made["line"])
    return made
