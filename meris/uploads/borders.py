"""Whether a position is in the state and in the county that its row names (domain §8.6)."""

from dataclasses import dataclass

from geo.counties import County
from geo.values import Bounds, Position
from meris.fields import Home
from meris.fields.states import name_of
from meris.uploads.decisions import Choices
from meris.uploads.fixes import Fix
from meris.uploads.problems import Level, Problems

# Farther from the county it names, a point is in the wrong place; nearer, one of the two is sloppy.
COUNTY_TOLERANCE_M = 10_000
# Boundaries at 1:500,000 are that exact, and rivers are borders.
_BORDER_TOLERANCE_M = 1_000

_NOUNS = {"shelter": "shelter", "supply": "site", "unit": "unit"}
_ALLOW = Fix("Also take rows of other states", {"allow_out_of_state": True})


@dataclass(frozen=True)
class Telling:
    """Says what is wrong with a row at the column of a field; `columns` are labels by field."""

    columns: dict[str, str]
    problems: Problems

    def say(
        self, level: Level, number: int, name: str | None, rule: str, message: str, *fixes: Fix
    ) -> None:
        """Tell one thing about a row."""
        column = self.columns.get(name) if name else None
        self.problems.add(level, number, column, message, rule=rule, fixes=fixes)

    def told(self, number: int, name: str) -> bool:
        """Whether the row already has an error at this field."""
        told = self.problems.refused.get(number, ())
        return any(group.column == self.columns.get(name) for group in told)


@dataclass(frozen=True)
class Borders:
    """Holds positions against the state and against counties."""

    kind: str
    home: Home
    choices: Choices
    telling: Telling

    def admits(self, number: int, state: str | None) -> bool:
        """Whether a row may come in by the state it names. Units may come as mutual aid."""
        if state is None or state == self.home.state or self.choices.allow_out_of_state:
            return True
        if self.kind == "unit" and state in {near.postal for near in self.home.facts.neighbors}:
            return True
        self.telling.problems.forget_warnings(number)
        self.telling.say(
            "error",
            number,
            "state",
            "other state",
            f"this {_NOUNS[self.kind]} is in {name_of(state)}, and this system holds "
            f"{self.home.name} only. Leave the row out.",
            _ALLOW,
        )
        return False

    def check(
        self,
        number: int,
        position: Position,
        code: str | None,
        stated: str | None,
        state: str | None,
    ) -> tuple[Position | None, str | None]:
        """The position and its county; no position when it is wrong. `code` is the county of ours
        that it lies in, `stated` the one that the row names."""
        if code is None:
            return self._outside(number, position, stated, state)
        if stated is None or code == stated:
            return position, code
        counties = self.home.gazetteer.counties
        return self._elsewhere(number, position, counties[code], counties[stated])

    def _outside(
        self, number: int, position: Position, stated: str | None, state: str | None
    ) -> tuple[Position | None, str | None]:
        """A position that is not in any of our counties: near the border, or somewhere else."""
        gazetteer = self.home.gazetteer
        near = gazetteer.counties[stated] if stated else None
        if near and gazetteer.meters_to_county(position, near.fips) <= COUNTY_TOLERANCE_M:
            self.telling.say(
                "warning",
                number,
                "latitude",
                "border",
                f"the position lies outside {self.home.name}, near {near.full_name}. Check it.",
            )
            return position, near.fips
        if stated is None and (nearest := self._across_the_border(position)):
            return position, nearest
        neighbor = gazetteer.neighbor_at(position)
        mutual_aid = self.kind == "unit" and neighbor is not None
        if mutual_aid or self.choices.allow_out_of_state:
            return position, neighbor.fips if neighbor else None
        self._tell_outside(number, neighbor, state)
        return None, None

    def _tell_outside(self, number: int, neighbor: County | None, state: str | None) -> None:
        box = self.home.bounds
        where = f"lies in {name_of(neighbor.state)} and not" if neighbor else "does not lie"
        self.telling.problems.forget_warnings(number)
        self.telling.say(
            "error",
            number,
            "latitude",
            "outside",
            f"the position {where} in {self.home.name}, which is between {box.south:g} and "
            f"{box.north:g} north and between {box.west:g} and {box.east:g}. Correct it"
            + (f" or the state ({state})." if state else "."),
            _ALLOW,
        )

    def _across_the_border(self, position: Position) -> str | None:
        """The county of ours that a position just misses."""
        gazetteer = self.home.gazetteer
        reach = Bounds.around([position]).expanded(0.02)
        close = [fips for fips, c in gazetteer.counties.items() if _overlap(c.bounds, reach)]
        meters = {fips: gazetteer.meters_to_county(position, fips) for fips in close}
        nearest = min(meters, key=lambda fips: meters[fips], default=None)
        return nearest if nearest and meters[nearest] <= _BORDER_TOLERANCE_M else None

    def _far(self, meters: float) -> str:
        """Rounded so far that rows of one mistake are told in one line."""
        distances = self.home.distances
        lengths = meters / distances.unit_m
        if lengths < 1:
            return f"less than 1 {distances.unit}"
        if lengths < 20:
            return f"{lengths:.0f} {distances.unit}"
        return f"about {lengths / 10:.0f}0 {distances.unit}"

    def _elsewhere(
        self, number: int, position: Position, found: County, stated: County
    ) -> tuple[Position | None, str | None]:
        """In the state, but in another county than the row says."""
        meters = self.home.gazetteer.meters_to_county(position, stated.fips)
        says = (
            f"the position lies in {found.full_name}, {self._far(meters)} from "
            f"{stated.full_name}, which the row names."
        )
        name = "county" if "county" in self.telling.columns else "county_fips"
        if meters <= COUNTY_TOLERANCE_M:
            says = f"{says} The position was believed."
            self.telling.say("warning", number, name, "county", says)
            return position, found.fips
        label = self.telling.columns.get(name)
        do = {"set": {"column": label, "to": ""}}
        fixes = (Fix("Believe the position, not the county", do),) if label else ()
        says = f"{says} Correct one of the two."
        self.telling.say("error", number, name, "county", says, *fixes)
        return None, None


def _overlap(one: Bounds, other: Bounds) -> bool:
    return (
        one.west <= other.east
        and other.west <= one.east
        and one.south <= other.north
        and other.south <= one.north
    )
