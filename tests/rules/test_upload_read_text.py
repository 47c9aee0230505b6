"""Text files as programs and people leave them: encodings, delimiters, quotation marks."""

import csv
import io
import os
import random

import pytest

from meris.errors import Refused
from meris.uploads import read

HEAD = "name,status,city,phone,beds\n"
ROWS = "Gym,open,Rolla,573-555-0121,10\nHall,closed,Troy,573-555-0122,20\n"


def rows(content, name="list.csv"):
    return [row.cells for row in read(content, name).rows()]


def refusal(content):
    with pytest.raises(Refused) as refused:
        read(content, "list.csv")
    return refused.value.message


class TestEncodings:
    """Bytes to letters."""

    def test_two_encodings_pasted_together(self):
        content = (HEAD + ROWS.replace("Gym", "Café Soulé Niño")).encode()
        content += ROWS.replace("Hall", "Piñon “Lodge”").encode("cp1252")
        sheet = read(content, "list.csv")
        assert [row.cells[0] for row in sheet.rows()] == [
            "Café Soulé Niño",
            "Hall",
            "Gym",
            "Piñon “Lodge”",
        ]
        assert sheet.notes[0].startswith("The file mixes UTF-8 and Windows-1252")

    def test_a_mark_does_not_make_everything_utf8(self):
        content = b"\xef\xbb\xbf" + (HEAD + ROWS).replace("Gym", "Café").encode("cp1252")
        assert rows(content)[0][0] == "Café"

    def test_letters_that_windows_does_not_have(self):
        sheet = read((HEAD + ROWS).encode().replace(b"Gym", b"G\x81\x8dm\xf1\xe9"), "list.csv")
        assert sheet.row_count == 2

    @pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-16-le", "utf-16-be"])
    def test_zero_characters_are_refused_wherever_they_stand(self, encoding):
        text = HEAD + ROWS * 60_000
        content = (text + "Barn\x00,open,Rolla,,\n").encode(encoding)
        assert "not a table" in refusal(content)

    def test_half_a_letter_at_the_end_is_told_with_its_row(self):
        content = (HEAD + ROWS).encode("utf-16") + b"\x00"
        assert "its UTF-16 text is damaged" in refusal(content)

    @pytest.mark.parametrize("ends", ["\r", "\n", "\r\n"])
    @pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-be", "cp1252"])
    def test_line_ends_in_every_encoding(self, encoding, ends):
        text = HEAD + '"Café\n“North”",open,Rolla,,\n' + ROWS
        found = rows(text.replace("\n", ends).encode(encoding))
        assert [cells[0] for cells in found] == [f"Café{ends}“North”", "Gym", "Hall"]


class TestDelimiters:
    """What stands between cells."""

    def test_known_names_decide_where_widths_do_not(self):
        text = "Name;Status;Hours\nGym;open;M, W, F, Sa, Su: 9-5\nHall;closed;M, W, F, Sa, Su: 8\n"
        sheet = read(text.encode(), "list.csv")
        assert (sheet.delimiter, sheet.headers) == ("semicolon", ("Name", "Status", "Hours"))

    def test_decimal_commas(self):
        text = "Name;Status;Lat;Lon\nGym;open;38,5;-92,4\nHall;closed;38,6;-92,5\n"
        assert read(text.encode(), "list.csv").sample[0].cells == ["Gym", "open", "38,5", "-92,4"]

    def test_rows_of_any_length_below_known_names(self):
        text = HEAD + "Gym\nHall,open\nBarn,open,Troy\nLoft,open,Troy,1\nShed,open,Troy,1,2\n"
        assert len(rows(text.encode())) == 5 - 1  # "Gym" alone is a remark

    def test_blanks_before_quotation_marks(self):
        text = 'name, status, place, city\n"Gym", "open", "1 Oak St, Suite 2", "Rolla"\n'
        assert rows(text.encode()) == [["Gym", "open", "1 Oak St, Suite 2", "Rolla"]]

    @pytest.mark.parametrize("first", ["sep=|", "SEP=|", "sep=|\r"])
    def test_a_delimiter_that_the_file_names(self, first):
        text = f"{first}\nname|status\nGym|open\n"
        assert rows(text.encode()) == [["Gym", "open"]]


class TestQuotationMarks:
    """A mark that is never closed swallows rows; nothing may be lost silently."""

    @pytest.mark.parametrize("at", range(5))
    def test_one_that_is_never_closed(self, at):
        cells = ["Gym", "open", "Rolla", "1", "2"]
        cells[at] = '"' + cells[at]
        content = (HEAD + ROWS + ",".join(cells) + "\n" + ROWS * 3).encode()
        assert "quotation mark in row 4" in refusal(content)

    def test_one_that_is_closed_rows_later(self):
        content = (HEAD + '"' + ROWS * 3 + ROWS.replace("Gym", '"Gym')).encode()
        assert "quotation mark in row 2" in refusal(content)

    def test_one_in_the_last_cell_of_the_file_harms_nothing(self):
        assert rows((HEAD + 'Gym,open,Rolla,1,"2').encode())[0][-1] == "2"

    def test_inches_are_no_quotation(self):
        text = HEAD + 'Gym 6" pipe,open,Rolla,,\nHall,open,12",,\n'
        assert [cells[0] for cells in rows(text.encode())] == ['Gym 6" pipe', "Hall"]

    def test_cells_of_several_lines_stay(self):
        note = "Bring:\n- cots, blankets\n- water\n\n(38.1, -92.4)"
        out = io.StringIO()
        csv.writer(out).writerows([["name", "status", "city", "notes"]])
        csv.writer(out).writerows([["Gym", "open", "Rolla", note]] * 3)
        assert [cells[3] for cells in rows(out.getvalue().encode())] == [note] * 3


def resident() -> int:
    """Bytes of memory this process holds now."""
    with open("/proc/self/statm") as file:  # noqa: PTH123
        return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")


@pytest.mark.parametrize("encoding", ["utf-8", "cp1252", "utf-16"])
def test_a_file_of_12_mb_adds_little_memory(encoding):
    row = "Gym number one Café,open,Rolla,573-555-0121,10,,,a note of some length,38.1,-92.1\n"
    times = 12_000_000 // len(row.encode(encoding))
    content = ("name,status,city,phone,beds,a,b,notes,lat,lon\n" + row * times).encode(encoding)
    before = most = resident()
    for row in read(content, "list.csv").rows():
        if row.number % 20_000 == 0:
            most = max(most, resident())
    assert most - before < 40_000_000


def test_random_letters_of_every_kind_come_back():
    chance = random.Random(3)
    letters = "aé“–Ωж漢😀 ,;|\t\"'\n"
    made = [["".join(chance.choices(letters, k=5)) for _ in range(3)] for _ in range(200)]
    out = io.StringIO(newline="")
    csv.writer(out).writerows([["name", "status", "city", "x", "y", "z"]])
    csv.writer(out).writerows([["Gym", "open", "Rolla", *cells] for cells in made])
    for encoding in ("utf-8", "utf-8-sig", "utf-16"):
        assert [cells[3:] for cells in rows(out.getvalue().encode(encoding))] == made
