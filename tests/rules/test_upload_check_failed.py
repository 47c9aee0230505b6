"""The file of refused rows: what came, why it was refused, and nothing that a spreadsheet runs."""

import csv
import io

from meris.fields import Home
from meris.uploads import check, failed_rows, match, read
from tests.rules.tables_of_text import csv_bytes

HOME = Home.of()


def failed(table, held=None, why=None):
    sheet = read(csv_bytes(table), "list.csv")
    checked = check(sheet, match(sheet, "shelter", HOME), HOME)
    text = "".join(failed_rows(sheet, why or checked, held))
    assert text.startswith("\ufeff")
    return list(csv.reader(io.StringIO(text[1:], newline="")))


def test_it_has_the_files_own_columns_then_the_row_and_the_reasons():
    header, row = failed("Shelter | status | beds\nGym | Opn | 20+\nHall | open | 30")
    assert header == ["Shelter", "status", "beds", "row", "reasons"]
    assert row[:4] == ["Gym", "Opn", "20+", "2"]
    assert 'status: "Opn" is not a status' in row[4]
    assert 'beds: "20+" is not one whole number' in row[4]


def test_every_row_has_its_own_words_however_many_are_wrong():
    lines = "\n".join(f"Gym {n} | x{n}x" for n in range(2_000))
    table = failed(f"name | status\n{lines}")
    assert len(table) == 2_001
    assert all(f'"x{n}x" is not a status' in row[3] for n, row in enumerate(table[1:]))


def test_rows_that_are_held_are_in_it_with_their_reason():
    table = failed("name | status\nGym | Opn\nHall | open", {3: ["looks like North Hall"]})
    assert [(row[2], row[3].partition(" is")[0]) for row in table[1:]] == [
        ("2", 'status: "Opn"'),
        ("3", "looks like North Hall"),
    ]


def test_the_reasons_may_be_given():
    table = failed("name | status\nGym | open\nHall | open", why={3: ["a", "b"]})
    assert table[1:] == [["Hall", "open", "3", "a b"]]


def test_no_cell_is_a_formula_and_numbers_stay_numbers():
    table = failed(
        "name | status | longitude | notes\n=1+1 | Opn | -92.5 | \t=x\n'@a | Opn | 1 | -a"
    )
    assert [row[:4] for row in table[1:]] == [
        ["'=1+1", "Opn", "-92.5", "'=x"],
        ["''@a", "Opn", "1", "'-a"],
    ]
