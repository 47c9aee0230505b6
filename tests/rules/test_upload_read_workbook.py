"""Workbooks as people leave them, and as attackers make them."""

import io
import re
import zipfile
from datetime import date

import pytest

from meris.errors import Refused
from meris.uploads import read, sheet_names
from tests.rules.test_upload_read_text import resident
from tests.rules.tiny_maps import zipped
from tests.rules.tiny_workbook import workbook
from tests.rules.tiny_xls import ole, xls

TABLE = [["name", "status"], ["Gym", "open"]]
HEAD = ["County", "Name", "Status", "Capacity"]


def cells(content, sheet=None):
    return [[row.number, *row.cells] for row in read(content, "list.xlsx", sheet).rows()]


def refusal(content, name="list.xlsx"):
    with pytest.raises(Refused) as refused:
        read(content, name)
    return refused.value.message


def with_sheet(change):
    """A small workbook whose first sheet's XML was changed."""
    out = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(workbook({"S": TABLE}))) as old,
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for name in old.namelist():
            content = old.read(name)
            new.writestr(name, change(content) if name.endswith("sheet1.xml") else content)
    return out.getvalue()


def cells_of_xml(text):
    """A workbook of one sheet with these rows, as XML."""
    return with_sheet(lambda old: re.sub(rb"<sheetData>.*</sheetData>", text.encode(), old))


class TestMergedCells:
    """A cell merged over several rows."""

    def test_its_text_belongs_to_all_its_rows(self):
        rows = [
            HEAD,
            ["Phelps", "Gym", "open", 10],
            [None, "Hall", "open", 20],
            [None, "Barn", "open", 30],
            ["Dent", "Loft", "open", 40],
        ]
        content = workbook({"S": rows}, merged={"S": ["A2:A4"]})
        assert [row[1] for row in cells(content)] == ["Phelps", "Phelps", "Phelps", "Dent"]
        assert read(content, "list.xlsx").notes == (
            "1 cell is merged over several rows; the text was read for each of these rows "
            "(rows 2–4).",
        )

    def test_a_day_too_but_no_number(self):
        day = date(2025, 3, 15)
        rows = [["Name", "Status", "As of", "Capacity"], ["Gym", "open", day, 10], ["Hall", "open"]]
        content = workbook({"S": rows}, merged={"S": ["C2:C3", "D2:D3"]})
        assert cells(content)[1] == [3, "Hall", "open", "2025-03-15", ""]
        assert "may stand for all (rows 2–3)" in read(content, "list.xlsx").notes[1]

    def test_titles_and_names_above_the_rows_are_not_spread(self):
        rows = [
            ["Shelters of Phelps County"],
            ["County", "Name", "Population", None, "Status"],
            [None, None, "General", "Medical", None],
            ["Phelps", "Gym", 10, 2, "open"],
            [None, "Hall", 5, 1, "open"],
        ]
        merged = ["A1:E1", "A2:A3", "B2:B3", "C2:D2", "E2:E3", "A4:A5"]
        sheet = read(workbook({"S": rows}, merged={"S": merged}), "list.xlsx")
        assert sheet.headers == (
            "County",
            "Name",
            "Population General",
            "Population Medical",
            "Status",
        )
        assert [row.cells[0] for row in sheet.rows()] == ["Phelps", "Phelps"]

    def test_a_merged_remark_makes_no_records(self):
        rows = [HEAD, ["Phelps", "Gym", "open", 10], ["Call first."], [], []]
        content = workbook({"S": rows}, merged={"S": ["A3:D5"]})
        assert [row[0] for row in cells(content)] == [2]

    def test_columns_left_of_the_table_are_counted(self):
        rows = [[], [None, *HEAD], [None, "Dent", "Gym", "open", 1], [None, None, "Hall", "open"]]
        content = workbook({"S": rows}, merged={"S": ["B3:B4"]})
        assert cells(content)[1][:3] == [4, "", "Dent"]


class TestSheets:
    """Which sheet is read."""

    def test_a_cover_of_words_is_passed_over(self):
        cover = [["Shelter report", "Phelps County"], ["Prepared by", "the county"]]
        content = workbook({"Cover": cover, "Data": TABLE})
        assert "sheet 'Data'" in read(content, "list.xlsx").name

    def test_hidden_sheets_are_told_and_cannot_be_chosen(self):
        content = workbook({"S": TABLE, "Codes": TABLE}, hidden=["Codes"])
        assert read(content, "list.xlsx").notes == ("1 hidden sheet was not read.",)
        assert sheet_names(content, "list.xlsx") == ["S"]

    def test_formatted_but_empty_rows_cost_nothing(self):
        empty = "".join(f'<row r="{n}"><c r="A{n}" s="1"/></row>' for n in range(3, 60_000))
        content = with_sheet(
            lambda old: old.replace(b"</sheetData>", f"{empty}</sheetData>".encode())
        )
        sheet = read(content, "list.xlsx")
        assert (sheet.row_count, sheet.blank_count) == (1, 0)


CORNER = '<row r="1"><c r="A1"><v>1</v></c></row>'


class TestBombs:
    """Small files that would unfold to more than the server has."""

    @pytest.mark.parametrize(
        "far",
        [
            '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>',
            '<row r="1048576"><c r="xfd1048576"><v>1</v></c></row>',
            '<row r="1048576"><c s="1" r="XFD1048576"><v>1</v></c></row>',
            "<row r='1048576'><c r='XFD1048576'><v>1</v></c></row>",
            '<row r="1048576"><c\tr="XFD1048576"><v>1</v></c></row>',
            '<row r="1048576"><c r="&#88;FD1048576"><v>1</v></c></row>',
            '<row r="1048576"><c r = "XFD1048576"><v>1</v></c></row>',
            f'<row r="1048000">{"<c/>" * 16_000}<c><v>1</v></c></row>',
            '<row r="600000"><c r="Z600000"><v>1</v></c></row>',
        ],
    )
    def test_a_cell_far_out_is_found_before_the_sheet_is_laid_out(self, far):
        before = resident()
        told = refusal(cells_of_xml(f"<sheetData>{CORNER}{far}</sheetData>"))
        assert "has a sheet of" in told or "rows; at most" in told
        assert resident() - before < 100_000_000

    def test_prefixes_do_not_hide_it(self):
        main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
        far = '<x:row r="1048576"><x:c r="XFD1048576"><x:v>1</x:v></x:c></x:row>'
        xml = f'<x:worksheet xmlns:x="{main}"><x:sheetData>{far}</x:sheetData></x:worksheet>'
        content = with_sheet(lambda _: xml.encode())
        with pytest.raises(Refused):
            read(content, "list.xlsx")

    def test_wide_sheets_of_few_rows_are_read(self):
        rows = [["name", "status", *(f"c{n}" for n in range(300))], ["Gym", "open", *range(300)]]
        assert len(read(workbook({"S": rows}), "list.xlsx").headers) == 302

    def test_unusual_writing_is_read_all_the_same(self):
        text = (
            "<sheetData><row><c t='inlineStr'><is><t>name</t></is></c>"
            "<c t='inlineStr'><is><t>status</t></is></c></row>"
            "<row><c t='inlineStr'><is><t>Gym</t></is></c>"
            "<c t='inlineStr'><is><t>open</t></is></c></row></sheetData>"
        )
        assert cells(cells_of_xml(text)) == [[2, "Gym", "open"]]

    def test_shared_texts_have_a_limit(self, monkeypatch):
        monkeypatch.setattr("meris.uploads.grid._MOST_SHARED_TEXT", 1_000_000)
        content = workbook(
            {"S": TABLE}, extra={"xl/sharedStrings.xml": b"<sst>" + b"a" * 2_000_000}
        )
        assert "unpacks to more than" in refusal(content)

    @pytest.mark.parametrize("entry", ["content.xml", "xl/workbook.bin"])  # the one or the other
    def test_formats_of_other_programs_are_told(self, entry):
        content = workbook({"S": TABLE}, extra={entry: b"<office/>"})
        assert "another format" in refusal(content)

    def test_other_ways_to_pack_are_refused(self):
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w", zipfile.ZIP_BZIP2) as packed:
            packed.writestr("xl/workbook.xml", "<x/>")
        assert "packed in an unusual way" in refusal(out.getvalue())


OLD = [(0, 0, "name"), (0, 1, "status"), (0, 2, "beds"), (1, 0, "Gym"), (1, 1, "open"), (1, 2, 5)]


class TestOldWorkbooks:
    """The .xls files of Excel 97."""

    def test_they_are_read(self):
        sheet = read(xls([*OLD, (4, 0, "Hall"), (4, 1, "closed")]), "list.xls")
        assert [list(row) for row in sheet.rows()] == [
            [2, ["Gym", "open", "5"]],
            [5, ["Hall", "closed", ""]],
        ]

    @pytest.mark.parametrize("column", [200, 60_000])
    def test_a_cell_far_out_is_found_before_the_sheet_is_laid_out(self, column):
        before = resident()
        content = xls([*OLD, (65_000, column, 1)])
        assert f"sheets of up to 65,001 rows and {column + 1:,} columns" in refusal(
            content, "l.xls"
        )
        assert resident() - before < 100_000_000

    def test_a_long_one(self):
        rows = [(n, column, "x" * 20) for n in range(1, 9_000) for column in range(3)]
        assert read(xls([*OLD[:3], *rows]), "list.xls").row_count == 8_999

    @pytest.mark.parametrize("at", [44, 48, 60, 68, 76, 512, 516, 1_024 + 116, 1_024 + 128 + 116])
    @pytest.mark.parametrize("value", [0, 1, 2, 70_000, 0xFFFFFFF0, 0xFFFFFFFF])
    def test_damage_is_told(self, at, value):
        content = bytearray(xls(OLD))
        content[at : at + 4] = value.to_bytes(4, "little")
        try:
            assert read(bytes(content), "list.xls").row_count == 1
        except Refused as refused:
            assert refused.message.startswith("list.xls ")  # noqa: PT017  # the other way out

    def test_noise_in_the_stream_is_told(self):
        assert "is damaged or not an Excel workbook" in refusal(ole(b"\x09\x08" * 3_000), "l.xls")


def open_document(rows, kind="spreadsheet"):
    """A LibreOffice file with one sheet of these rows, as XML."""
    spaces = " ".join(
        f'xmlns:{part}="urn:oasis:names:tc:opendocument:xmlns:{part}:1.0"'
        for part in ("office", "table", "text")
    )
    content = (
        f"<office:document-content {spaces}><office:body><office:spreadsheet>"
        f'<table:table table:name="S">{rows}</table:table>'
        "</office:spreadsheet></office:body></office:document-content>"
    )
    return zipped(
        {
            "mimetype": f"application/vnd.oasis.opendocument.{kind}".encode(),
            "content.xml": content.encode(),
            "META-INF/manifest.xml": b"<manifest/>",
        }
    )


def open_row(*texts, row="", cell=""):
    cells = "".join(
        f'<table:table-cell office:value-type="string" {cell}><text:p>{text}</text:p>'
        "</table:table-cell>"
        for text in texts
    )
    return f"<table:table-row {row}>{cells}</table:table-row>"


class TestLibreOffice:
    """The .ods files of LibreOffice."""

    ROWS = open_row("name", "status") + open_row("Gym", "open")
    END = (
        '<table:table-row table:number-rows-repeated="1048574"><table:table-cell '
        'table:style-name="x" table:number-columns-repeated="16384"/></table:table-row>'
    )

    def test_they_are_read(self):
        content = open_document(self.ROWS + self.END)
        assert cells(content) == [[2, "Gym", "open"]]
        assert sheet_names(content, "list.ods") == ["S"]
        assert read(zipped({"list.ods": content}), "list.zip").row_count == 1

    @pytest.mark.parametrize(
        "far",
        [
            open_row("x", row='table:number-rows-repeated="1048576"', cell='office:x="1"')
            + open_row("x", cell='table:number-columns-repeated="16384"'),
            END + open_row("x", cell='table:number-columns-repeated="200"'),
            open_row("x", row='table:number-rows-repeated="99999999999999"'),
        ],
    )
    def test_many_equal_rows_are_found_before_they_are_laid_out(self, far):
        before = resident()
        assert "has a sheet of" in refusal(open_document(self.ROWS + far), "list.ods")
        assert resident() - before < 100_000_000

    def test_letters_and_damage_are_told(self):
        assert "is a text document" in refusal(open_document(self.ROWS, "text"), "letter.odt")
        assert "damaged" in refusal(open_document("<a>"), "list.ods")
