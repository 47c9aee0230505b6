"""Rules that look at several cells of a row, by kind of file; and what completes a row."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from meris.fields import Home, field, find_item, in_base_units, needs
from meris.fields.lists_supply import UNIT_OF_ISSUE
from meris.fields.words import listing
from meris.shelters import closed_on_people
from meris.uploads.cells import Record
from meris.uploads.match import Match
from meris.uploads.problems import Level, Problems

Values = dict[str, Any]

# Their addresses must not become public: FVPSA (42 USC 10406), VAWA (34 USC 12291).
_REFUGE = re.compile(
    r"\b(domestic violence|dv shelter|battered|women'?s (shelter|refuge)|safe ?house)\b",
    re.IGNORECASE,
)
_CROWDED = 1.5


@dataclass(frozen=True)
class RowRules:
    """The rules of one kind of file; `columns` are labels by field, for messages."""

    kind: str
    columns: dict[str, str]
    home: Home
    problems: Problems

    @classmethod
    def of(cls, match: Match, home: Home, problems: Problems) -> "RowRules":
        """The rules for the columns that were found."""
        columns = {column.field.name: column.label for column in match.columns}
        return cls(match.kind, columns, home, problems)

    def complete(self, records: list[Record]) -> None:
        """Fill in what follows from other cells, check what is needed, then the kind's rules."""
        for record in records:
            self.problems.hand = record
            number, values = record.number, record.values
            _COMPLETE[self.kind](self, number, values)
            self._needed(number, values)
            self._refuge(number, values)
            _CHECK[self.kind](self, number, values)

    def say(self, level: Level, number: int, name: str | None, rule: str, message: str) -> None:
        """Tell a problem of the row at the column of a field."""
        column = self.columns.get(name) if name else None
        self.problems.add(level, number, column, message, rule=rule)

    def told(self, number: int, name: str) -> bool:
        """Whether the row already has an error in the column of a field."""
        already = self.problems.refused.get(number)
        if not already or name not in self.columns:
            return False
        return any(group.column == self.columns[name] for group in already)

    def _needed(self, number: int, values: Values) -> None:
        for group in needs(self.kind):
            if all(values.get(name) is None for name in group):
                there = next((name for name in group if name in self.columns), group[0])
                titles = listing(field(self.kind, name).title for name in group)
                if self.told(number, there):
                    continue  # a cell that could not be read is not empty as well
                self.say("error", number, there, "needed", f"{titles} is empty. Fill it in.")

    def _refuge(self, number: int, values: Values) -> None:
        """A refuge for victims of violence is confidential whatever the file says."""
        if self.kind != "shelter" or values.get("sensitivity") == "confidential":
            return
        name, agency, notes = values.get("name"), values.get("agency"), values.get("notes")
        if _REFUGE.search(f"{name}\n{agency}\n{notes}"):
            values["sensitivity"] = "confidential"
            self.say(
                "warning",
                number,
                "name",
                "refuge",
                "this looks like a refuge for victims of violence. It was marked confidential: "
                "only named roles will see it.",
            )


def _complete_shelter(_rules: RowRules, _number: int, values: Values) -> None:
    if values.get("managing_org") is None and values.get("agency") is not None:
        values["managing_org"] = values["agency"]


def _complete_supply(_rules: RowRules, _number: int, values: Values) -> None:
    """The catalogue knows the name, code and category of its own items."""
    item = find_item(values.get("item_code"), values.get("item_name"))
    if values.get("item_name") is None:
        values["item_name"] = item.title if item else values.get("item_code")
    if item:
        values["item_code"] = values.get("item_code") or item.code
        values["category"] = values.get("category") or item.category
    if values.get("owner_agency") is None and values.get("agency") is not None:
        values["owner_agency"] = values["agency"]


def _complete_unit(_rules: RowRules, _number: int, values: Values) -> None:
    """A unit goes by its call sign or number where it has no name, and is recognized by them."""
    unit_id, call_sign = values.get("unit_id"), values.get("call_sign")
    values["name"] = values.get("name") or call_sign or unit_id
    values["external_id"] = values.get("external_id") or unit_id or call_sign


def _check_shelter(rules: RowRules, number: int, values: Values) -> None:
    status = values.get("status")
    evacuation, post = values.get("evacuation_capacity"), values.get("post_impact_capacity")
    total = values.get("population_total")
    if evacuation is not None and post is not None and post > evacuation:
        rules.say(
            "warning",
            number,
            "post_impact_capacity",
            "post>evacuation",
            "post-impact capacity is above evacuation capacity; it is usually half of it. "
            "Leave a capacity empty when it is not known: 0 means no room.",
        )
    unread = rules.told(number, "evacuation_capacity") or rules.told(number, "post_impact_capacity")
    if status in ("open", "full") and not evacuation and not post and not unread:
        rules.say(
            "warning",
            number,
            "evacuation_capacity",
            "open without capacity",
            "the shelter is open and no capacity is given. Fill in how many people it holds.",
        )
    if closed_on_people(status, total):
        rules.say(
            "error",
            number,
            "status",
            "closed with people",
            "the shelter is closed but has people in it. Correct the status or the count.",
        )
    if total is not None and evacuation and total > _CROWDED * evacuation:
        rules.say(
            "warning",
            number,
            "population_total",
            "crowded",
            f"there are more than {_CROWDED:g} times as many people as the evacuation capacity. "
            "Check both numbers.",
        )
    _check_counts(rules, number, values, total)


def _check_counts(rules: RowRules, number: int, values: Values, total: int | None) -> None:
    names = ("population_general", "population_medical_needs", "population_other")
    parts = [values[name] for name in names if values.get(name) is not None]
    known = len(parts) == len(names)
    if total is not None and parts and (sum(parts) > total or (known and sum(parts) != total)):
        rules.say(
            "warning",
            number,
            "population_total",
            "counts",
            "general, medical-needs and other people do not add up to the total. Check the counts.",
        )


def _check_supply(rules: RowRules, number: int, values: Values) -> None:
    on_hand = values.get("quantity_on_hand")
    if on_hand is not None and (values.get("quantity_committed") or 0) > on_hand:
        rules.say(
            "error",
            number,
            "quantity_committed",
            "committed>on hand",
            "more is committed than is on hand. Correct one of the two.",
        )
    expires = values.get("expires_on")
    if expires is not None and expires < rules.home.now().astimezone(rules.home.zone).date():
        rules.say(
            "warning",
            number,
            "expires_on",
            "expired",
            "the goods have expired. They are taken in and marked as expired.",
        )
    _check_unit_of_issue(rules, number, values)


def _check_unit_of_issue(rules: RowRules, number: int, values: Values) -> None:
    """An item of the catalogue must be countable in its base unit, or totals would lie."""
    item = find_item(values.get("item_code"), values.get("item_name"))
    unit, on_hand = values.get("unit_of_issue"), values.get("quantity_on_hand")
    if item is None or unit is None or on_hand is None:
        return
    if in_base_units(item, Decimal(1), unit, values.get("units_per_pack")) is None:
        base, issued = UNIT_OF_ISSUE[item.base_unit].title, UNIT_OF_ISSUE[unit].title
        rules.say(
            "error",
            number,
            "unit_of_issue",
            "unit",
            f"{item.title} in {issued} cannot be counted in {base}. Fill in units_per_pack (how "
            f"many {base} one {issued} holds) or use another unit.",
        )


def _check_unit(rules: RowRules, number: int, values: Values) -> None:
    start, end = values.get("available_from"), values.get("available_until")
    if start is not None and end is not None and end <= start:
        rules.say(
            "error",
            number,
            "available_until",
            "times",
            "the unit is available until before it is available from. Correct one of the times.",
        )


_Rule = Callable[[RowRules, int, Values], None]
_COMPLETE: dict[str, _Rule] = {
    "shelter": _complete_shelter,
    "supply": _complete_supply,
    "unit": _complete_unit,
}
_CHECK: dict[str, _Rule] = {
    "shelter": _check_shelter,
    "supply": _check_supply,
    "unit": _check_unit,
}
