"""Where the column names stand: titles above them, two rows of them, tags below them."""

import pytest

from meris.uploads import read
from tests.rules.tables_of_text import csv_bytes


def sheet(drawing):
    return read(csv_bytes(drawing), "list.csv")


def numbers(found):
    return [row.number for row in found.rows()]


def told(found):
    return "\n".join(found.notes)


class TestTwoRows:
    """Names that are spread over two rows."""

    def test_a_second_half_below_is_joined(self):
        found = sheet(
            """
            Hospital Name | City  | Staffed | Total      | Patient
                          |       | Beds    | Discharges | Days
            Mercy         | Rolla | 1,368   | 49,494     | 286,816
            Boone         | Troy  | 113     | 5,350      | 20,715
            """
        )
        assert found.headers == (
            "Hospital Name",
            "City",
            "Staffed Beds",
            "Total Discharges",
            "Patient Days",
        )
        assert (found.header_row, found.first_row, numbers(found)) == (1, 3, [3, 4])
        assert 'stand in rows 1 and 2; they were read together, such as "Staffed' in told(found)

    def test_a_name_that_spans_columns_goes_to_each_of_them(self):
        found = sheet(
            """
            Name | City  | Population |         |      | Status
                 |       | General    | Medical | Pets |
            Gym  | Rolla | 10         | 2       | 0    | open
            Hall | Troy  | 3          | 0       | 1    | closed
            """
        )
        assert found.headers[2:] == (
            "Population General",
            "Population Medical",
            "Population Pets",
            "Status",
        )

    def test_groups_above_are_joined_where_that_tells_more(self):
        found = sheet(
            """
                 |       | Population |         | Contact |
            Name | City  | General    | Medical | Name    | Status
            Gym  | Rolla | 10         | 2       | Ann     | open
            """
        )
        assert found.headers[2:5] == ("Population General", "Population Medical", "Contact Name")
        assert (found.header_row, numbers(found)) == (2, [3])
        assert 'Row 1 names groups of columns; they were read together, such as "P' in told(found)
        assert "left out" not in told(found)

    def test_groups_that_tell_nothing_more_stay_above(self):
        found = sheet(
            """
            Site |        | Place |
            Name | Status | City  | ZIP
            Gym  | open   | Rolla | 65401
            """
        )
        assert found.headers == ("Name", "Status", "City", "ZIP")
        assert "what stands above was left out" in told(found)

    def test_names_that_come_twice_are_told_apart_by_their_group(self):
        found = sheet(
            """
                 |        | Monday |       | Tuesday |
            Name | Status | Open   | Close | Open    | Close
            Gym  | open   | 8      | 17    | 9       | 18
            """
        )
        assert found.headers[2:] == (
            "Monday Open",
            "Monday Close",
            "Tuesday Open",
            "Tuesday Close",
        )

    def test_groups_that_look_like_names_are_still_groups(self):
        found = sheet(
            """
            Location |     |     | Population |         | Status
            Name     | Lat | Lon | General    | Medical | Status
            Gym      | 38  | -92 | 10         | 2       | open
            """
        )
        assert (found.header_row, found.headers[0]) == (2, "Name")
        assert found.headers[3] == "Population General"

    def test_a_title_is_no_group(self):
        found = sheet(
            """
            Contact
            Name | Status | City
            Gym  | open   | Rolla
            """
        )
        assert found.headers == ("Name", "Status", "City")

    def test_a_form_above_the_table_is_none(self):
        found = sheet(
            """
            Shelter report
            County: | Phelps | | Date: | 5/4/2025
            Contact: | Dana  | | Phone: | 573-555-0121
            Name | Status | City  | ZIP   | Capacity
            Gym  | open   | Rolla | 65401 | 40
            """
        )
        assert (found.header_row, found.headers[:2]) == (4, ("Name", "Status"))
        assert numbers(found) == [5]

    def test_units_below_the_names_add_nothing(self):
        found = sheet(
            """
            Name | Status | Capacity
                 |        | (people)
            Gym  | open   | 10
            Hall | open   | 20
            """
        )
        assert (found.headers[2], numbers(found)) == ("Capacity", [3, 4])

    @pytest.mark.parametrize(
        "first",
        [
            "     | open   | 5    | Rolla",  # a number
            "Gym  |        | full | Rolla",  # a name
            "     |        | N/A  |      ",  # not known
            "     |        |      | Rolla",  # nothing stands above numbers
        ],
    )
    def test_a_first_record_with_gaps_is_not_taken_for_names(self, first):
        found = sheet(
            f"""
            Name | Status | Capacity | City
            {first} | x
            Hall | open   | 20   | Troy
            Gym  | open   | 30   | Troy
            """
        )
        assert numbers(found) == [2, 3, 4]

    def test_both_rows_are_known_again_further_down(self):
        found = sheet(
            """
            Name  | City  | Staffed
                  |       | Beds
            Gym   | Rolla | 10
            Hall  | Troy  | 20
            Barn  | Troy  | 30
            Name  | City  | Staffed
                  |       | Beds
            Loft  | Troy  | 40
            """
        )
        assert numbers(found) == [3, 4, 5, 8]
        assert [row.number for row in found.dropped] == [6, 7]


class TestTags:
    """HXL tags."""

    def test_two_rows_of_names_above_the_tags(self):
        found = sheet(
            """
            Who? |        | For whom? |
            Name | Status | Men       | Women
            #org | #status | #targeted +m | #targeted +f
            Gym  | open   | 1         | 2
            """
        )
        assert found.headers == ("Name", "Status", "Men", "Women")
        assert (found.header_row, found.first_row) == (2, 4)

    def test_a_blank_row_between_names_and_tags(self):
        found = read(b"name,status\n,\n#org,#status\nGym,open\n", "list.csv")
        assert (found.header_row, found.headers, numbers(found)) == (1, ("name", "status"), [4])

    def test_more_tags_than_names(self):
        found = read(b"name,status\n#org,#status,#adm1\nGym,open,Phelps\n", "list.csv")
        assert found.headers == ("name", "status", "")
        assert found.used == (True, True, True)


class TestCounts:
    """Every row below the names is a record, left out with a reason, or blank."""

    def test_they_add_up(self):
        found = sheet(
            """
            name | status | capacity | city
            Gym  | open   | 10       | Rolla
            -
            name | status | capacity | city
            Cass County Total |  | 10 |
            Total | 1 site | 10
            Call first.
            """
        )
        assert (found.row_count, found.dropped_count, found.blank_count) == (1, 5, 0)
        assert [row.number for row in found.dropped] == [3, 4, 5, 6, 7]

    def test_blank_rows_are_counted(self):
        found = read(b"name,status\nGym,open\n\n , \nHall,open\n,,,\n", "list.csv")
        assert (found.row_count, found.dropped_count, found.blank_count) == (2, 0, 3)

    @pytest.mark.parametrize("first", ["Total Fitness", "Totally Kids", "Hall of Totals"])
    def test_a_name_that_speaks_of_totals_is_a_name(self, first):
        content = f"name,status,capacity,city\n{first},open,10,Rolla\n".encode()
        assert read(content, "list.csv").row_count == 1

    def test_endless_blank_rows_are_refused(self, monkeypatch):
        monkeypatch.setattr("meris.uploads.sheet._MOST_LINES", 50)
        with pytest.raises(Exception, match="Split it into several files"):
            read(b"name,status\nGym,open\n" + b"\n" * 60, "list.csv")

    def test_many_dropped_rows_are_told_in_few_words(self):
        content = b"name,status,a,b\nGym,open,1,2\n" + b"Total,,1,2\n" * 1_500
        found = read(content, "list.csv")
        assert (found.dropped_count, len(found.dropped)) == (1_500, 1_000)
        assert found.notes[-1] == "1,480 more rows were left out for such reasons."
