"""Bytes to rows: what counties send, and what must be refused in plain words."""

import csv
import io
import tracemalloc
import zipfile
from datetime import date, datetime
from importlib import import_module
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from meris.errors import Refused
from meris.uploads import read, sheet_names
from tests.rules.tables_of_text import csv_bytes
from tests.rules.tiny_workbook import workbook

# the package has functions of the same names as these modules
READ, SHEET, ARCHIVE = (
    import_module(f"meris.uploads.{name}") for name in ("read", "sheet", "archive")
)
FIXTURES = Path(__file__).parents[2] / "fixtures"
HALF_PAST_TWO = datetime(2025, 3, 15, 14, 30)  # noqa: DTZ001  # Excel knows no zones
PLAIN = "name,status,city\nGym,open,Rolla\nHall,closed,Troy\n"


def cells(sheet):
    return [[row.number, *row.cells] for row in sheet.rows()]


def refusal(content, name="list.csv"):
    with pytest.raises(Refused) as refused:
        read(content, name)
    return refused.value.message


def test_a_plain_file():
    sheet = read(PLAIN.encode(), "list.csv")
    assert sheet.headers == ("name", "status", "city")
    assert (sheet.encoding, sheet.delimiter, sheet.row_count) == ("UTF-8", "comma", 2)
    assert cells(sheet) == [[2, "Gym", "open", "Rolla"], [3, "Hall", "closed", "Troy"]]
    assert sheet.notes == ()


def test_rows_can_be_read_again():
    sheet = read(PLAIN.encode(), "list.csv")
    assert cells(sheet) == cells(sheet)


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_delimiters(delimiter):
    sheet = read(csv_bytes("name | note | status\nGym | a, b | open", delimiter=delimiter), "l.csv")
    assert cells(sheet) == [[2, "Gym", "a, b", "open"]]


def test_a_delimiter_named_by_excel():
    sheet = read(b"sep=;\r\nname;status\r\nGym;open\r\n", "list.csv")
    assert (sheet.header_row, cells(sheet)) == (2, [[3, "Gym", "open"]])


@pytest.mark.parametrize("ends", ["\n", "\r\n", "\r"])
def test_line_ends(ends):
    assert cells(read(PLAIN.replace("\n", ends).encode(), "list.csv"))[1][0] == 3


@pytest.mark.parametrize(
    ("encoding", "title"),
    [
        ("utf-8", "UTF-8"),
        ("utf-8-sig", "UTF-8"),
        ("utf-16", "UTF-16"),
        ("utf-16-le", "UTF-16"),
        ("utf-16-be", "UTF-16"),
        ("cp1252", "Windows-1252"),
        ("mac_roman", "Mac Roman"),
    ],
)
def test_encodings(encoding, title):
    text = "name,status,city\nCafé Solé “North”,open,Montréal\nPiñon Lodge,open,Rolla\n"
    sheet = read(text.encode(encoding), "list.csv")
    assert sheet.sample[0].cells[0] == "Café Solé “North”"
    assert sheet.encoding == title
    assert any("not UTF-8" in note for note in sheet.notes) == (not title.startswith("UTF"))


def test_odd_bytes_late_in_a_long_file():
    content = PLAIN.encode() * 5_000 + "Dépôt,open,Rolla\n".encode("cp1252")
    assert read(content, "list.csv").encoding == "Windows-1252"


def test_a_quoted_cell_of_several_lines_is_one_row():
    content = b'name,status,place\n"Gym\nNorth",open,"1 Oak St\nRolla, MO"\nHall,open,x\n'
    assert [row[0] for row in cells(read(content, "list.csv"))] == [2, 3]


def test_titles_above_and_totals_below_are_left_out_and_told():
    sheet = read((FIXTURES / "shelters_messy.csv").read_bytes(), "shelters_messy.csv")
    assert (sheet.header_row, [row.number for row in sheet.rows()]) == (4, [5, 6, 7, 10, 11, 12])
    told = "\n".join(sheet.notes)
    assert "column names were found in row 4" in told
    assert "Row 9 was left out because it repeats the column names." in told
    assert "Row 13 was left out because it adds up the others." in told
    assert "Row 14 was left out because it holds a single text" in told


@pytest.mark.parametrize("first", ["Total", "TOTALS:", "Grand Total", "Subtotal", "Sub-total"])
def test_rows_that_add_up(first):
    content = f"name,status,capacity,city\nGym,open,10,Rolla\n{first},,10,\n".encode()
    assert [row.number for row in read(content, "list.csv").rows()] == [2]


def test_a_name_that_begins_with_total_is_a_name():
    content = b"name,status,capacity,city\nTotal Fitness Center,open,10,Rolla\n"
    assert read(content, "list.csv").row_count == 1


def test_blank_rows_and_columns():
    sheet = read(b"name,,status,,\nGym,,open,,\n,,,,\n \nHall,,closed,,\n", "list.csv")
    assert sheet.headers == ("name", "", "status")
    assert sheet.used == (True, False, True)
    assert [row.number for row in sheet.rows()] == [2, 5]


def test_hxl_tags_stand_between_headers_and_rows():
    content = csv_bytes(
        """
        Quién? | Dónde?  |
        Nombre | Estado  | Valor
        #org   | #status | #x
        A      | open    | 1
        """
    )
    sheet = read(content, "list.csv")
    assert sheet.headers == ("Nombre", "Estado", "Valor")
    assert sheet.tags == ("#org", "#status", "#x")
    assert cells(sheet) == [[4, "A", "open", "1"]]


def test_headers_nobody_knows_are_left_to_a_person():
    sheet = read(b"nombre,estado,valor\nA,open,1\nB,open,2\n", "list.csv")
    assert sheet.headers == ("nombre", "estado", "valor")


class TestWorkbooks:
    """Excel files."""

    def test_values_are_text_as_excel_shows_them(self):
        content = workbook(
            {
                "S": [
                    ["name", "status", "a", "b", "c", "d", "e"],
                    [
                        "Gym",
                        "open",
                        5,
                        0.25,
                        date(2025, 3, 15),
                        HALF_PAST_TWO,
                        True,
                    ],
                    ["Hall", None, 65101.0, None, None, None, False],
                ]
            }
        )
        assert cells(read(content, "list.xlsx")) == [
            [2, "Gym", "open", "5", "0.25", "2025-03-15", "2025-03-15 14:30:00", "TRUE"],
            [3, "Hall", "", "65101", "", "", "", "FALSE"],
        ]

    def test_rows_and_columns_keep_their_place(self):
        content = workbook({"S": [[], [None, "name", "status"], [], [None, "Gym", "open"]]})
        sheet = read(content, "list.xlsx")
        assert (sheet.header_row, sheet.headers) == (2, ("", "name", "status"))
        assert cells(sheet) == [[4, "", "Gym", "open"]]

    def test_the_first_visible_sheet_is_read_and_the_others_named(self):
        table = [["name", "status"], ["Gym", "open"]]
        content = workbook({"Codes": table, "Shelters": table, "Old": table}, hidden=["Codes"])
        sheet = read(content, "list.xlsx")
        assert "sheet 'Shelters'" in sheet.name
        assert "Not read: 'Old'" in sheet.notes[0]
        assert sheet_names(content, "list.xlsx") == ["Shelters", "Old"]
        assert "sheet 'Old'" in read(content, "list.xlsx", "Old").name

    def test_a_sheet_that_is_not_there(self):
        content = workbook({"S": [["name", "status"], ["Gym", "open"]]})
        with pytest.raises(Refused, match=r"no visible sheet 'T'\. It has S"):
            read(content, "list.xlsx", "T")

    def test_an_empty_sheet_before_the_table_is_passed_over(self):
        content = workbook({"Cover": [], "S": [["name", "status"], ["Gym", "open"]]})
        assert read(content, "list.xlsx").row_count == 1

    def test_the_content_decides_and_not_the_name(self):
        content = workbook({"S": [["name", "status"], ["Gym", "open"]]})
        assert read(content, "list.csv").row_count == 1

    def test_macros_are_refused(self):
        content = workbook({"S": [["name"]]}, extra={"xl/vbaProject.bin": b"x"})
        assert "contains macros" in refusal(content, "list.xlsm")
        old = b"\xd0\xcf\x11\xe0" + b"\0" * 600 + "_VBA_PROJECT".encode("utf-16-le")
        assert "contains macros" in refusal(old, "list.xls")

    def test_a_password_is_told(self):
        locked = b"\xd0\xcf\x11\xe0" + b"\0" * 600 + "EncryptedPackage".encode("utf-16-le")
        assert "locked with a password" in refusal(locked, "list.xlsx")

    @pytest.mark.parametrize("told", [12_000_000, 5])
    def test_a_bomb_does_not_go_off_whatever_size_it_tells(self, told, monkeypatch):
        monkeypatch.setattr(ARCHIVE, "MOST_UNPACKED", 10_000_000)
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
            archive.writestr("xl/workbook.xml", "<x/>")
            archive.writestr("xl/worksheets/sheet1.xml", b"0" * 12_000_000)
        honest, claimed = (size.to_bytes(4, "little") for size in (12_000_000, told))
        content = out.getvalue().replace(honest, claimed)
        assert "unpacks to more than" in refusal(content, "list.xlsx")

    @pytest.mark.parametrize("cut", [40, 400, 900])
    def test_a_damaged_workbook_is_told(self, cut):
        content = workbook({"S": [["name", "status"], ["Gym", "open"]]})
        assert "list.xlsx is " in refusal(content[:cut], "list.xlsx")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "is empty"),
        (b"  \n\n", "is empty"),
        (b"name,status\n", "no rows below them"),
        (b"name\nGym\n", "not a table"),
        (b"%PDF-1.7 ...", "is a PDF"),
        (b"\x89PNG\r\n", "is a picture"),
        (b"<html><table>", "web page"),
        (b'{"type": "FeatureCollection"}', "no features"),
        (b'name,status\n"Gym,open\n' + b"x,y\n" * 40_000, "quotation mark"),
    ],
)
def test_what_is_no_table_is_refused_in_plain_words(content, words):
    assert words in refusal(content)


@pytest.mark.parametrize("name", ["not_a_table.txt", "not_a_table.bin"])
def test_prose_and_noise_are_no_tables(name):
    assert name in refusal((FIXTURES / name).read_bytes(), name)


def test_limits_are_told(monkeypatch):
    monkeypatch.setattr(READ, "MOST_BYTES", 20)
    assert "Split it into several files" in refusal(PLAIN.encode())
    monkeypatch.undo()
    monkeypatch.setattr(SHEET, "MOST_ROWS", 50)
    too_many = b"name,status\n" + b"a,open\n" * 51
    assert "more than 50 rows" in refusal(too_many)


def test_a_large_file_needs_little_memory():
    content = b"name,status,city\n" + b"Gym number one,open,Rolla\n" * 40_000
    tracemalloc.start()
    sheet = read(content, "list.csv")
    assert sum(1 for _ in sheet.rows()) == 40_000
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 5_000_000


def test_a_path_in_the_name_is_not_repeated():
    assert refusal(b"", r"C:\Users\ann\list.csv") == "list.csv is empty."


unhurried = settings(deadline=None)


@unhurried
@given(st.binary(max_size=400))
def test_no_bytes_break_it(content):
    try:
        sheet = read(content, "x")
    except Refused as refused:
        told = refused.message
        assert told.startswith("x ")
    else:
        assert sheet.row_count > 0


words = st.text(st.characters(codec="utf-8", categories=["L", "N", "P", "Zs"]), max_size=12)


@unhurried
@given(st.lists(st.tuples(words, words), min_size=1, max_size=8))
def test_what_python_writes_is_read_back(rows):
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(["name", "status", "city", "zip"])
    writer.writerows(["Gym", "open", *row] for row in rows)
    sheet = read(out.getvalue().encode(), "list.csv")
    assert [tuple(row.cells[2:]) for row in sheet.rows()] == rows
