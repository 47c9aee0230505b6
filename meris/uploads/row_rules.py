"""Rules that look at several cells of a row, by kind of file; and what completes a row.

Rules go over a batch of rows at a time, and only where the columns they look at are there.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from meris.fields import Home, by_name, field, find_item, in_base_units, needs
from meris.fields.lists_supply import UNIT_OF_ISSUE
from meris.shelters import IN_USE, closed_on_people
from meris.uploads.cells import Record
from meris.uploads.fixes import Fix, for_empty, setting
from meris.uploads.match import Match
from meris.uploads.problems import Level, Problems
from meris.wording import listed

Values = dict[str, Any]

# Their addresses must not become public: FVPSA (42 USC 10406), VAWA (34 USC 12291).
_REFUGE = re.compile(
    r"\b(?:(?:domestic|family|sexual|intimate partner|gender.based) (?:violence|abuse|assault)|"
    r"dv (?:shelter|refuge|safe|program)|battered|abused (?:women|spouses?|persons?)|"
    r"(?:women|wom[ae]n and child(?:ren)?|women & children)(?:['’]?s)?(?:['’])?"
    r" (?:crisis )?(?:shelter|refuge|safe)|"
    r"rape crisis|safe ?(?:house|home)s?|human trafficking|trafficking victims?|"
    r"victims? of (?:violence|abuse|trafficking)|crisis shelter for (?:women|families))\b",
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
    rules: tuple["Rule", ...]

    @classmethod
    def of(cls, match: Match, home: Home, problems: Problems) -> "RowRules":
        """The rules for the columns that were found and the values given for all rows."""
        columns = {column.field.name: column.label for column in match.columns}
        there = columns.keys() | match.constants.keys()
        rules = [rule for looked_at, rule in _RULES[match.kind] if looked_at & there]
        return cls(match.kind, columns, home, problems, (_COMPLETE[match.kind], _need, *rules))

    def complete(self, records: list[Record]) -> None:
        """Fill in what follows from other cells, check what is needed, then the kind's rules."""
        for rule in self.rules:
            rule(self, records)

    def say(
        self,
        level: Level,
        record: Record,
        name: str | None,
        rule: str,
        message: str,
        fixes: Iterable[Fix] = (),
    ) -> None:
        """Tell a problem of the row at the column of a field."""
        column = self.columns.get(name) if name else None
        self.problems.hand = record
        self.problems.add(level, record.number, column, message, rule=rule, fixes=fixes)

    def told(self, number: int, name: str) -> bool:
        """Whether the row already has an error in the column of a field."""
        already = self.problems.refused.get(number)
        if not already or name not in self.columns:
            return False
        return any(group.column == self.columns[name] for group in already)

    def setting(self, name: str, *texts: str) -> list[Fix]:
        """Fixes that write a text into the column of a field, in all rows of a problem."""
        column = self.columns.get(name)
        return [setting(column, text) for text in texts] if column else []


Rule = Callable[[RowRules, list[Record]], None]


def site_alone(values: Values) -> bool:
    """Whether a row of a supply file tells of a site and of nothing that is in it."""
    return all(values.get(name) is None for name in _STOCK)


_STOCK = tuple(one.name for one in by_name("supply").values() if one.table == "stock_line")


def _need(rules: RowRules, records: list[Record]) -> None:
    """Of each group of needed fields, one must be known."""
    for group in needs(rules.kind):
        only = group[0]
        for record in records:
            values = record.values
            if values.get(only) is None and all(values.get(name) is None for name in group):
                _lacks(rules, record, group)


def _lacks(rules: RowRules, record: Record, group: tuple[str, ...]) -> None:
    there = next((name for name in group if name in rules.columns), group[0])
    if rules.told(record.number, there):
        return  # a cell that could not be read is not empty as well
    if set(group) & set(_STOCK) and site_alone(record.values):
        return
    titles = listed((field(rules.kind, name).title for name in group), "or")
    column = rules.columns.get(there)
    fixes = for_empty(column, field(rules.kind, there)) if column else ()
    rules.say("error", record, there, "needed", f"{titles} is empty. Fill it in.", fixes)


def _hide_refuges(rules: RowRules, records: list[Record]) -> None:
    """A refuge for victims of violence is confidential whatever the file says."""
    names = [name for name in _TELLING if name in rules.columns]
    texts = ["\n".join(str(record.values.get(name)) for name in names) for record in records]
    if not _REFUGE.search("\n".join(texts)):
        return
    for record, text in zip(records, texts, strict=True):
        if record.values.get("sensitivity") != "confidential" and _REFUGE.search(text):
            record.values["sensitivity"] = "confidential"
            rules.say(
                "warning",
                record,
                "name",
                "refuge",
                "this looks like a refuge for victims of violence. It was marked confidential: "
                "only named roles will see it.",
            )


# Where a row may tell that it is a refuge.
_TELLING = ("name", "agency", "managing_org", "notes")


def _complete_shelter(_rules: RowRules, records: list[Record]) -> None:
    for record in records:
        values = record.values
        if values.get("agency") is not None and values.get("managing_org") is None:
            _fill(values, "managing_org", values["agency"])


def _complete_supply(rules: RowRules, records: list[Record]) -> None:
    """The catalogue knows the name, code and category of its own items."""
    for record in records:
        values = record.values
        if site_alone(values):
            rules.say(
                "note", record, None, "site alone", "no item stands here; only the site is read."
            )
            continue
        item = find_item(values.get("item_code"), values.get("item_name"))
        if values.get("item_name") is None:
            values["item_name"] = item.title if item else values.get("item_code")
        if item:
            _fill(values, "item_code", item.code)
            _fill(values, "category", item.category)
        if values.get("agency") is not None:
            _fill(values, "owner_agency", values["agency"])


def _complete_unit(_rules: RowRules, records: list[Record]) -> None:
    """A unit goes by its call sign or number where it has no name, and is recognized by them."""
    for record in records:
        values = record.values
        unit_id, call_sign = values.get("unit_id"), values.get("call_sign")
        values["name"] = values.get("name") or call_sign or unit_id
        _fill(values, "external_id", unit_id or call_sign)


def _fill(values: Values, name: str, value: Any) -> None:
    """Fill in what is not known, except in a row that MERIS wrote: it knows what it left empty."""
    if values.get(name) is None and values.get("meris_id") is None:
        values[name] = value


def _check_capacities(rules: RowRules, records: list[Record]) -> None:
    for record in records:
        values = record.values
        evacuation, post = values.get("evacuation_capacity"), values.get("post_impact_capacity")
        if evacuation is not None and post is not None and post > evacuation:
            rules.say(
                "warning",
                record,
                "post_impact_capacity",
                "post>evacuation",
                "post-impact capacity is above evacuation capacity; it is usually half of it. "
                "Leave a capacity empty when it is not known: 0 means no room.",
            )
        if values.get("status") in IN_USE and not evacuation and not post:
            _say_no_capacity(rules, record)


def _say_no_capacity(rules: RowRules, record: Record) -> None:
    number = record.number
    if rules.told(number, "evacuation_capacity") or rules.told(number, "post_impact_capacity"):
        return
    rules.say(
        "warning",
        record,
        "evacuation_capacity",
        "open without capacity",
        "the shelter is open and no capacity is given. Fill in how many people it holds.",
    )


def _check_people(rules: RowRules, records: list[Record]) -> None:
    for record in records:
        values = record.values
        total, evacuation = values.get("population_total"), values.get("evacuation_capacity")
        if total and closed_on_people(values.get("status"), total):
            rules.say(
                "error",
                record,
                "status",
                "closed with people",
                "the shelter is closed but has people in it. Correct the status or the count.",
                [*rules.setting("status", "Open"), *rules.setting("population_total", "0")],
            )
        if total and evacuation and total > _CROWDED * evacuation:
            rules.say(
                "warning",
                record,
                "population_total",
                "crowded",
                f"there are more than {_CROWDED:g} times as many people as the evacuation "
                "capacity. Check both numbers.",
            )


def _check_counts(rules: RowRules, records: list[Record]) -> None:
    for record in records:
        total = record.values.get("population_total")
        parts = [count for name in _PARTS if (count := record.values.get(name)) is not None]
        if total is None or not parts:
            continue
        if sum(parts) > total or (len(parts) == len(_PARTS) and sum(parts) != total):
            rules.say(
                "warning",
                record,
                "population_total",
                "counts",
                "general, medical-needs and other people do not add up to the total. Check the "
                "counts.",
            )


_PARTS = ("population_general", "population_medical_needs", "population_other")


def _check_committed(rules: RowRules, records: list[Record]) -> None:
    for record in records:
        on_hand = record.values.get("quantity_on_hand")
        if on_hand is not None and (record.values.get("quantity_committed") or 0) > on_hand:
            rules.say(
                "error",
                record,
                "quantity_committed",
                "committed>on hand",
                "more is committed than is on hand. Correct one of the two.",
            )


def _check_expiry(rules: RowRules, records: list[Record]) -> None:
    today = rules.home.today()
    for record in records:
        expires = record.values.get("expires_on")
        if expires is not None and expires < today:
            rules.say(
                "warning",
                record,
                "expires_on",
                "expired",
                "the goods have expired. They are taken in and marked as expired.",
            )


def _check_unit_of_issue(rules: RowRules, records: list[Record]) -> None:
    """An item of the catalogue must be countable in its base unit, or totals would lie."""
    for record in records:
        values = record.values
        unit, on_hand = values.get("unit_of_issue"), values.get("quantity_on_hand")
        item = find_item(values.get("item_code"), values.get("item_name"))
        if item is None or unit is None or on_hand is None:
            continue
        if in_base_units(item, Decimal(1), unit, values.get("units_per_pack")) is None:
            base, issued = UNIT_OF_ISSUE[item.base_unit].title, UNIT_OF_ISSUE[unit].title
            rules.say(
                "error",
                record,
                "unit_of_issue",
                "unit",
                f"{item.title} in {issued} cannot be counted in {base}. Fill in units_per_pack "
                f"(how many {base} one {issued} holds) or use another unit.",
                rules.setting("unit_of_issue", base),
            )


def _check_shift(rules: RowRules, records: list[Record]) -> None:
    for record in records:
        start, end = record.values.get("available_from"), record.values.get("available_until")
        if start is not None and end is not None and end <= start:
            rules.say(
                "error",
                record,
                "available_until",
                "times",
                "the unit is available until before it is available from. Correct one of the "
                "times.",
            )


_COMPLETE: dict[str, Rule] = {
    "shelter": _complete_shelter,
    "supply": _complete_supply,
    "unit": _complete_unit,
}
#: By kind of file: the fields of which one at least must be there, and the rule.
_RULES: dict[str, tuple[tuple[frozenset[str], Rule], ...]] = {
    "shelter": (
        (frozenset(_TELLING), _hide_refuges),
        (frozenset({"status", "post_impact_capacity"}), _check_capacities),
        (frozenset({"population_total"}), _check_people),
        (frozenset(_PARTS), _check_counts),
    ),
    "supply": (
        (frozenset({"quantity_committed"}), _check_committed),
        (frozenset({"expires_on"}), _check_expiry),
        (frozenset({"unit_of_issue"}), _check_unit_of_issue),
    ),
    "unit": ((frozenset({"available_from", "available_until"}), _check_shift),),
}
