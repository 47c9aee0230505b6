"""What can be true but hardly is: told, and never refused."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from meris.fields import Home
from meris.uploads import check, match, read
from tests.rules.tables_of_text import csv_bytes

HOME = replace(Home.of(), now=lambda: datetime(2026, 3, 15, 18, 0, tzinfo=UTC))
GOOD = {
    "shelter": {"name": "Gym", "status": "open", "evacuation_capacity": "100", "county": "Boone"},
    "supply": {"site": "Cache", "item": "Shovels", "qty": "40", "uom": "each"},
    "unit": {"unit_id": "E1", "unit_type": "Engine", "status": "available", "agency": "Boone Fire"},
}


def table_of(kind, rows):
    rows = [GOOD[kind] | row for row in rows]
    return "\n".join([" | ".join(rows[0]), *(" | ".join(row.values()) for row in rows)])


def looked_at(kind, *rows):
    sheet = read(csv_bytes(table_of(kind, rows)), "list.csv")
    return check(sheet, match(sheet, kind, HOME), HOME)


def told(kind, *rows):
    return {group.rule: group for group in looked_at(kind, *rows).problems}


@pytest.mark.parametrize(
    ("kind", "cells", "rule", "words"),
    [
        (
            "shelter",
            {"county": "Worth", "evacuation_capacity": "9000"},
            "capacity>county",
            "of Worth County. Check the number for a digit too many.",
        ),
        (
            "shelter",
            {"status": "closed", "opened_at": "2026-03-10", "closed_at": "2026-03-02"},
            "closed before opened",
            "exchanged?",
        ),
        ("shelter", {"closed_at": "2026-03-02"}, "open and closed", "has passed"),
        ("shelter", {"opened_at": "1910-03-02"}, "old", "before 1990. Check the year."),
        ("shelter", {"zip": "63101"}, "far zip", "is not in or near Boone County"),
        (
            "shelter",
            {"zip": "63101", "city": "Kansas City", "county": ""},
            "far zip",
            "mi from Kansas City",
        ),
        ("shelter", {"contact_phone": "(212) 555-0100"}, "area code", "212 is not one of Missouri"),
        ("supply", {"qty": "90000000"}, "much", "Check the number and its unit."),
        ("unit", {"personnel_count": "900"}, "crew", "more than 300 people"),
        ("unit", {"available_until": "2026-03-14 08:00"}, "shift", "time that has passed"),
    ],
)
def test_what_is_hardly_so_is_told_and_taken(kind, cells, rule, words):
    got = looked_at(kind, cells)
    assert got.ready == 1
    found = {group.rule: group for group in got.problems}
    assert words in found[rule].message
    assert found[rule].level == ("note" if rule == "area code" else "warning")
    assert found[rule].column is not None


@pytest.mark.parametrize(
    ("kind", "cells"),
    [
        ("shelter", {"county": "Worth", "evacuation_capacity": "900"}),
        ("shelter", {"opened_at": "2026-03-02", "closed_at": "2026-03-10", "status": "closed"}),
        ("shelter", {"closed_at": "2026-03-16", "opened_at": "2026-03-01"}),
        ("shelter", {"closed_at": "2026-02-01", "opened_at": "2026-03-01"}),
        ("shelter", {"zip": "65201", "city": "Columbia"}),
        ("shelter", {"zip": "65240", "city": "Columbia"}),
        ("shelter", {"contact_phone": "573-555-0100"}),
        ("shelter", {"contact_phone": "800-555-0100"}),
        ("supply", {"qty": "90000", "expires_on": "2030-01-01"}),
        ("unit", {"personnel_count": "40", "available_until": "2026-03-16 08:00"}),
    ],
)
def test_what_is_ordinary_is_not_told(kind, cells):
    rules = {"capacity>county", "closed before opened", "open and closed", "old", "far zip"}
    rules |= {"area code", "much", "crew", "shift"}
    assert not rules & told(kind, cells).keys()


def test_one_phone_number_everywhere_is_told_once():
    rows = [{"name": f"Gym {n}", "contact_phone": "573-555-0100"} for n in range(30)]
    group = told("shelter", *rows)["one phone"]
    assert (group.level, list(group.rows)) == ("note", [])
    assert "stands in 30 of 30 rows" in group.message
    assert "one phone" not in told("shelter", *rows[:20])


def test_rows_that_are_refused_anyway_are_not_looked_at():
    found = told("shelter", {"status": "Opn", "contact_phone": "(212) 555-0100"})
    assert "area code" not in found
