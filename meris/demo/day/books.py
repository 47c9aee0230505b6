"""What was said of stock this day, to be held against what the server says at the end."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, NamedTuple

from meris.demo.day.cast import Site, ok

Shelf = tuple[int, str, str]
Thing = tuple[str, str]
#: What becomes of goods that are no longer on a shelf.
WAYS = ("came", "used", "thrown away", "found", "missing")
_NONE = Decimal(0)


def _sums() -> defaultdict[Any, Decimal]:
    return defaultdict(Decimal)


class Line(NamedTuple):
    """A stock line as the sheet of its site tells it."""

    id: int
    item: str
    unit: str
    on_hand: Decimal
    free: Decimal
    lot: str | None
    expires_on: str | None


class Row(NamedTuple):
    """An item by the end of the day, in its unit: what there was and came in, and where it is."""

    item: str
    unit: str
    before: Decimal
    came: Decimal
    shelves: Decimal
    on_the_way: Decimal
    used: Decimal
    thrown: Decimal
    missing: Decimal

    @property
    def balances(self) -> bool:
        """Whether all that was there is accounted for."""
        gone = self.on_the_way + self.used + self.thrown + self.missing
        return self.before + self.came == self.shelves + gone

    def words(self) -> str:
        """For a person at a terminal."""
        return (
            f"{self.item:10} {self.unit:2}  {self.before:>8,f} there + {self.came:>6,f} in ="
            f" {self.shelves:>8,f} on shelves + {self.on_the_way:,f} on the way"
            f" + {self.used:,f} used + {self.thrown:,f} thrown away + {self.missing:,f} missing"
        )


@dataclass
class Books:
    """Kept by the players: what every shelf has to hold, and what left the shelves.

    `shipped`: shipments by id, with who sent them; `wishes`: requests by id, with how they go on.
    """

    sites: dict[int, Site] = field(default_factory=dict)
    before: defaultdict[Shelf, Decimal] = field(default_factory=_sums)
    shelves: defaultdict[Shelf, Decimal] = field(default_factory=_sums)
    ways: defaultdict[tuple[str, str, str], Decimal] = field(default_factory=_sums)
    road: defaultdict[Thing, Decimal] = field(default_factory=_sums)
    came: defaultdict[int, Decimal] = field(default_factory=_sums)
    shipped: dict[int, Site] = field(default_factory=dict)
    closing: dict[int, list[Line]] = field(default_factory=dict)
    seen: dict[int, list[Line]] = field(default_factory=dict)
    wishes: dict[int, str] = field(default_factory=dict)

    def open(self, site: Site) -> None:
        """Note what stands at a site before the first thing is moved there."""
        if site.id in self.sites:
            return
        self.sites[site.id] = site
        for line in self.sheet(site):
            self.before[site.id, line.item, line.unit] += line.on_hand
        for shelf, much in list(self.before.items()):
            if shelf[0] == site.id:
                self.shelves[shelf] = much

    def sheet(self, site: Site) -> list[Line]:
        """The stock of a site as it was read last; what was moved by hand since is known."""
        if site.id not in self.seen:
            self.seen[site.id] = sheet(site)
        return self.seen[site.id]

    def forget(self, site: Site) -> None:
        """Something else came or went there: read it anew when it is asked for."""
        self.seen.pop(site.id, None)

    def told(self, site: Site, line: dict[str, Any]) -> None:
        """What a movement's answer says of its line; a line that is new is read with the others."""
        lines = self.seen.get(site.id, [])
        known = next((n for n, one in enumerate(lines) if one.id == line["id"]), None)
        if known is None:
            self.forget(site)
            return
        on_hand, free = Decimal(str(line["on_hand"])), Decimal(str(line["available"]))
        lines[known] = lines[known]._replace(on_hand=on_hand, free=free)

    def move(self, site: Site, item: str, unit: str, much: Decimal, way: str) -> None:
        """So much came to a shelf (above zero) or left it, one of `WAYS` or on the `road`."""
        self.shelves[site.id, item, unit] += much
        if way == "road":
            self.forget(site)
            self.road[item, unit] -= much
        else:
            self.ways[item, unit, way] += abs(much)

    def lost(self, item: str, unit: str, much: Decimal, way: str) -> None:
        """So much of what was on the road never came to a shelf."""
        self.road[item, unit] -= much
        self.ways[item, unit, way] += much

    def close(self) -> None:
        """Read what the server says of every shelf now; `faults` and `rows` go by it."""
        self.closing = {site.id: sheet(site) for site in self.sites.values()}

    def faults(self) -> Iterator[str]:
        """Every shelf that holds something else than it should, and every item that does not add
        up, by what the server says now."""
        there = self._there()
        for shelf, much in self.shelves.items():
            if there[shelf] != much:
                name = self.sites[shelf[0]].name
                yield f"{name}: {there[shelf]:f} {shelf[2]} of {shelf[1]}, not {much:f}"
        for id_, lines in self.closing.items():
            for line in lines:
                shelf = (id_, line.item, line.unit)
                if self.shelves[shelf] != self.before[shelf]:
                    yield from _explained(self.sites[id_], line)
        yield from (f"does not add up: {row.words()}" for row in self.rows() if not row.balances)

    def _there(self) -> defaultdict[Shelf, Decimal]:
        there = _sums()
        for id_, lines in self.closing.items():
            for line in lines:
                there[id_, line.item, line.unit] += line.on_hand
        return there

    def rows(self) -> list[Row]:
        """Every item that was moved, by what the server says now of shelves and of the road."""
        shelves: defaultdict[Thing, Decimal] = _sums()
        for (_, item, unit), much in self._there().items():
            shelves[item, unit] += much
        road = self._on_the_way()
        before: defaultdict[Thing, Decimal] = _sums()
        for (_, item, unit), much in self.before.items():
            before[item, unit] += much
        moved = {(item, unit) for item, unit, _ in self.ways} | set(self.road)
        return [
            Row(
                *thing,
                before[thing],
                self._sum(thing, "came") + self._sum(thing, "found"),
                shelves[thing],
                road[thing],
                self._sum(thing, "used"),
                self._sum(thing, "thrown away"),
                self._sum(thing, "missing"),
            )
            for thing in sorted(moved)
        ]

    def _sum(self, thing: Thing, way: str) -> Decimal:
        return self.ways[*thing, way]

    def _on_the_way(self) -> defaultdict[Thing, Decimal]:
        """What the shipments of the day say is still on the road, by item and unit."""
        road: defaultdict[Thing, Decimal] = _sums()
        for id_, site in self.shipped.items():
            told = ok(site.keeper.console.get(f"/api/shipments/{id_}"))
            for line in told["lines"]:
                thing = line["item_code"] or line["item_name"], line["unit"]
                road[thing] += Decimal(str(line["in_transit"]))
        return road


def sheet(site: Site) -> list[Line]:
    """The stock of a site, the first to expire first."""
    told = ok(site.keeper.console.get(f"/api/supplies/{site.id}/stock"))
    return [
        Line(
            line["id"],
            line["item_code"] or line["item_name"],
            line["unit"],
            Decimal(str(line["on_hand"])),
            Decimal(str(line["available"])),
            line["lot"],
            line["expires_on"],
        )
        for item in told["items"]
        for line in item["lines"]
    ]


def _explained(site: Site, line: Line) -> Iterator[str]:
    """Whether the newest movement of a line leaves it with what is on hand."""
    path = f"/api/supplies/{site.id}/movements?line={line.id}"
    told: dict[str, Any] = ok(site.keeper.console.get(path))
    newest = told["movements"][0] if told["movements"] else None
    left = Decimal(str(newest["on_hand"])) if newest else _NONE
    if left != line.on_hand:
        yield f"{site.name}: {line.item} has {line.on_hand:f}, and its movements leave {left:f}"
