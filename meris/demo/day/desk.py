"""What shelters ask for, and how the desks approve it, find it, promise it and send it."""

from dataclasses import dataclass, field
from decimal import Decimal
from functools import partial
from typing import Any

from meris.demo.day import escalation, story
from meris.demo.day.books import Books
from meris.demo.day.cast import Haven, Person, Site, hours, ok
from meris.demo.day.receiving import Cargo, expect
from meris.demo.day.run import Run
from meris.demo.day.story import Ask

_TRUCKS = ("County truck 2", "County truck 4", "National Guard, 2 trucks", "Volunteer driver")


@dataclass
class Wish:
    """A request on its way through the desks: which it is, who asked, and who works on it."""

    id: int
    line: int
    ask: Ask
    shelter: Haven
    desk: Person
    by: dict[int, Person] = field(default_factory=dict)


def begin(run: Run, books: Books) -> None:
    """Put every request of the day on the clock."""
    for ask in story.ASKS:
        for shelter in run.stage.of(ask.part):
            run.later(ask.hour + 0.4, partial(_ask, run, books, shelter, ask))


def _ask(run: Run, books: Books, shelter: Haven, ask: Ask, hour: float) -> None:
    """By phone, as the manager of a shelter asks; then the desk sees it on its board."""
    much = max(2, round(shelter.places * ask.each))
    needed = run.at(hour) + hours(8)
    body = {"item_code": ask.item, "quantity": much, "unit_of_issue": ask.unit}
    said = body | {"priority": ask.priority, "needed_by": needed.isoformat()}
    if ask.words:
        said |= {"details": ask.words}
    answer = shelter.hands.report("need", shelter.id, run.at(hour), None, **said)
    told = run.went(answer, "requests")
    found = _on_the_board(run, shelter, told["message"]) if told else None
    if found is None:
        return
    desk = run.people.county if found["desk"] else run.people.state
    wish = Wish(found["id"], found["lines"][0]["id"], ask, shelter, desk)
    books.wishes[wish.id] = ask.how
    if ask.how != "waits":
        run.later(hour + story.APPROVED, partial(_decide, run, books, wish))


def _on_the_board(run: Run, shelter: Haven, message: str) -> dict[str, Any] | None:
    """The request that the phone's answer names, as the county's desk sees it."""
    path = f"/api/requests?status=all&deliver_to={shelter.id}"
    for one in ok(run.people.county.console.get(path))["requests"]:
        if one["number"] in message:
            return dict(one)
    run.wrong.append(f"{message} is not on the board.")
    return None


def _decide(run: Run, books: Books, wish: Wish, hour: float) -> None:
    if wish.ask.how == "denied":
        words = "Comfort kits come with the charity's canteen tonight"
        _step(run, wish, "denied", hour, "denied", reason=words)
        return
    title = {"name": "R. Alvarez", "title": "Logistics section chief"}
    if _step(run, wish, "approved", hour, "approved", **title) is None:
        return
    if wish.ask.how == "up":
        escalation.up(run, wish, hour)
    run.later(hour + story.PROMISED - story.APPROVED, partial(_promise, run, books, wish))


def _promise(run: Run, books: Books, wish: Wish, hour: float) -> None:
    """Promise what the board suggests; where nobody has it, order it from outside."""
    if wish.ask.how == "usual":
        _promise_too_much(run, wish, hour)
    parts = _parts(run, wish)
    for part in parts:
        _commit(run, books, wish, part, hour)
    if not parts:
        escalation.order(run, wish, hour)
    elif wish.ask.how != "promised":
        run.later(hour + story.LEFT - story.PROMISED, partial(_send, run, books, wish))


def _parts(run: Run, wish: Wish) -> list[dict[str, Any]]:
    """Who gives what: the best together; or half from each of the two best, to spare both."""
    told = ok(_highest(run, wish).console.get(f"/api/request-lines/{wish.line}/sources"))
    if wish.ask.how == "split" and (halves := _halves(told)):
        return halves
    return list(told["best"]["parts"]) if told["best"] else []


def _highest(run: Run, wish: Wish) -> Person:
    """The state sees what everybody has; the county takes its own first."""
    return run.people.state if wish.ask.how == "up" else wish.desk


def _halves(told: dict[str, Any]) -> list[dict[str, Any]]:
    missing, halves = Decimal(str(told["missing"])), []
    part = missing // 2
    for source in told["sources"][:2]:
        takes = source["takes"]
        one = len(takes) == 1 and takes[0]["unit_of_issue"] == told["unit_of_issue"]
        if not one or Decimal(str(source["free"])) < part:
            return []
        halves.append(source | {"takes": [takes[0] | {"quantity": f"{part:f}"}]})
        part = missing - part
    return halves if len(halves) == 2 else []


def _promise_too_much(run: Run, wish: Wish, hour: float) -> None:
    told = ok(wish.desk.console.get(f"/api/request-lines/{wish.line}/sources"))
    source = next((one for one in told["sources"] if one["may_commit"]), None)
    if source is None:
        return
    takes = [source["takes"][0] | {"quantity": "9999999"}]
    answer = _take(run, wish, wish.desk, takes, hour)
    run.refused(answer, "promising more than there is")


def _commit(run: Run, books: Books, wish: Wish, part: dict[str, Any], hour: float) -> None:
    """The county promises its own; for what others keep the state's desk speaks to them."""
    who = _highest(run, wish) if part["may_commit"] else run.people.state
    site = part["site"]
    county = who is run.people.county
    books.open(Site(site["id"], site["name"], who, who, county))
    answer = _take(run, wish, who, part["takes"], hour)
    if run.went(answer, "parts promised") is not None:
        wish.by[site["id"]] = who
        books.forget(books.sites[site["id"]])


def _take(run: Run, wish: Wish, who: Person, takes: list[dict[str, Any]], hour: float) -> Any:
    body = {
        "takes": [{name: take[name] for name in ("stock_line_id", "quantity")} for take in takes],
        "at": run.at(hour).isoformat(),
        "key": run.key("take"),
    }
    return who.console.post(f"/api/request-lines/{wish.line}/commit", body)


def _send(run: Run, books: Books, wish: Wish, hour: float) -> None:
    """A shipment from every giver, each with what it promised."""
    told = ok(run.people.state.console.get(f"/api/requests/{wish.id}"))
    by_site: dict[int, list[dict[str, Any]]] = {}
    for fill in told["lines"][0]["fills"]:
        if fill["kind"] == "stock" and fill["committed"] and fill["site"]:
            by_site.setdefault(fill["site"]["id"], []).append(fill)
    for site_id, fills in by_site.items():
        who = wish.by.get(site_id)
        if who is not None:
            _ship(run, books, wish, who, books.sites[site_id], fills, hour)


def _ship(
    run: Run,
    books: Books,
    wish: Wish,
    who: Person,
    giver: Site,
    fills: list[dict[str, Any]],
    hour: float,
) -> None:
    leaves = run.at(hour)
    # what is still on the road at the end is not late
    drive = story.LONG_WAY if wish.ask.how == "way" else story.CAME - story.LEFT
    body = {
        "fills": [fill["id"] for fill in fills],
        "carrier": run.chance.choice(_TRUCKS),
        "at": leaves.isoformat(),
        "expected_at": (leaves + hours(drive)).isoformat(),
        "key": run.key("ship"),
    }
    made = run.went(who.console.post("/api/fills/ship", body), "shipments sent")
    if made is None:
        return
    loads = ok(who.console.get(f"/api/shipments/{made['id']}"))["lines"]
    books.shipped[made["id"]] = giver
    promised = {fill["stock_line_id"]: fill["id"] for fill in fills}
    for load in loads:
        load["fill_id"] = promised.get(load["stock_line_id"])
        item = load["item_code"] or load["item_name"]
        books.move(giver, item, load["unit"], -Decimal(str(load["quantity"])), "road")
    if wish.ask.how == "way":
        return
    expect(run, books, Cargo(made["id"], wish.ask.how, wish.shelter, loads), hour)


def _step(run: Run, wish: Wish, to: str, hour: float, what: str, **said: str) -> Any:
    return run.went(escalation.step(run, wish, wish.desk, to, hour, **said), what)


def faults(run: Run, books: Books) -> list[str]:
    """Every request whose figures are not those of what was promised, sent and received."""
    found = []
    for id_ in books.wishes:
        told = ok(run.people.state.console.get(f"/api/requests/{id_}"))
        for line in told["lines"]:
            stand, unit = line["stand"], line["unit_of_issue"]
            live = [fill for fill in line["fills"] if fill["unit_of_issue"] == unit]
            for name in ("committed", "in_transit", "received"):
                total = sum(Decimal(str(fill[name])) for fill in live)
                ordered = Decimal(str(stand["ordered"])) if name == "committed" else 0
                if Decimal(str(stand[name])) + ordered != total and len(live) == len(line["fills"]):
                    found.append(f"{told['number']}: {name} {stand[name]}, its givers {total:f}")
            for fill in live:
                came = books.came[fill["id"]]
                if fill["kind"] == "stock" and Decimal(str(fill["received"])) != came:
                    words = f"received {fill['received']}, and {came:f} were taken in"
                    found.append(f"{told['number']} from {fill['from']}: {words}")
    return found
