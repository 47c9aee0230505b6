"""/scorecard as people open it: who may, what it says, its files, and its JSON."""

import csv
import io
import re
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import insert

from meris.tables import Upload
from tests import makers

BOONE, ADAIR = "29019", "29001"
LONG_AGO = datetime.now(UTC) - timedelta(days=400)
ADDRESSES = ("/scorecard", "/scorecard.csv", f"/scorecard/{BOONE}", f"/scorecard/{BOONE}.csv")


@pytest.fixture
def boone(session):
    """Boone County, with one shelter open too long, and one record that is no formula."""
    agency = makers.agency(session, county_fips=BOONE, phone="(573) 555-0100")
    makers.shelter(session, agency_id=agency, name="Armory", confirmed_at=LONG_AGO)
    makers.shelter(session, agency_id=agency, name="=cmd()", status="closed", at=None)
    return agency


def lines(response):
    return list(csv.DictReader(io.StringIO(response.get_data(True).removeprefix("\ufeff"))))


@pytest.mark.parametrize("who", ["carol", "joe", "dana", "stella", "ada"])
def test_who_keeps_records_sees_all_counties(client, session, boone, who):
    client.sign_in(session, who)
    for address in ADDRESSES:
        assert client.get(address).status_code == 200, address
    assert len(client.get("/api/scorecard").json["counties"]) == 115


@pytest.mark.parametrize("who", ["rita", "sam"])
def test_who_only_reports_does_not(client, session, who):
    client.sign_in(session, who)
    assert {client.get(address).status_code for address in ADDRESSES} == {403}
    assert client.get("/api/scorecard").status_code == 403
    assert "Scorecard" not in client.get("/account").get_data(True)


def test_the_public_is_asked_to_log_in(client):
    assert client.get("/scorecard").status_code == 302
    assert client.get("/api/scorecard").status_code == 401


def test_a_tile_tells_the_county_its_figure_and_its_letter(client, session, boone):
    client.sign_in(session, "stella")
    page = client.get("/scorecard").get_data(True)
    assert page.count('class="tile"') == 115
    tile = re.search(rf'href="/scorecard/{BOONE}" data-overall="D".*?</a>', page, re.DOTALL)
    marks = re.findall(r'data-of="(\w+)">(.*?)</b>', tile[0], re.DOTALL)
    told = {name: re.sub(r"<[^>]+>", "", text).split() for name, text in marks}
    assert told == {
        "overall": ["12%", "D"],
        "complete": ["12%", "D"],
        "fresh": ["50%", "D"],
        "placed": ["50%", "C"],
        "delivered": ["never–"],
        "problems": ["4", "D"],
    }
    assert '<span class="name">Boone</span>' in tile[0]
    assert 'data-fresh="D"' in tile[0]
    assert f'href="/scorecard/{ADAIR}" data-overall="none"' in page
    first = re.search(r'<ol class="first">.*?</li>', page, re.DOTALL)[0]
    assert "Boone County" in first
    assert "Confirm 1 open shelter" in first
    assert 'href="tel:+15735550100"' in first


def order_of(page):
    return re.findall(r'<th scope="row" data-value="([^"]+)"', page)


def test_the_list_is_sorted_by_links(client, session, boone):
    client.sign_in(session, "stella")
    assert order_of(client.get("/scorecard").get_data(True))[0] == "Boone"
    by_name = order_of(client.get("/scorecard?sort=name").get_data(True))
    assert by_name == sorted(by_name)
    assert by_name[0] == "Adair"
    assert order_of(client.get("/scorecard?sort=name&reverse=1").get_data(True)) == by_name[::-1]
    for measure in ("overall", "complete", "fresh", "placed", "problems", "records"):
        for reverse in ("", "&reverse=1"):
            page = client.get(f"/scorecard?sort={measure}{reverse}").get_data(True)
            known_last = measure == "records" and reverse
            assert order_of(page)[-1 if known_last else 0] == "Boone", (measure, reverse)
    assert client.get("/scorecard?sort=nonsense&measure=nonsense").status_code == 200


def test_the_measure_is_chosen_by_links(client, session, boone):
    client.sign_in(session, "stella")
    page = client.get("/scorecard?measure=placed").get_data(True)
    assert 'id="tiles" data-shows="placed"' in page
    assert re.search(r'data-measure="placed" aria-current="true"', page)


def test_a_county_s_page_lists_what_to_fix(client, session, boone):
    client.sign_in(session, "carol")
    page = client.get(f"/scorecard/{BOONE}").get_data(True)
    for words in ("Boone County", "Armory", "Open and out of date", "Not on the map", "Not said: "):
        assert words in page
    only = client.get(f"/scorecard/{BOONE}?show=unplaced").get_data(True)
    assert "=cmd()" in only
    assert "Armory" not in only


def test_a_county_that_reports_nothing_says_so(client, session):
    client.sign_in(session, "stella")
    page = client.get(f"/scorecard/{ADAIR}").get_data(True)
    assert "Nothing reported" in page
    assert "Send a first list" in page
    assert "0%" not in page


def test_a_long_list_has_pages(client, session, boone):
    for number in range(120):
        makers.shelter(session, agency_id=boone, name=f"Hall {number:03}", status="closed")
    client.sign_in(session, "stella")
    first = client.get(f"/scorecard/{BOONE}").get_data(True)
    second = client.get(f"/scorecard/{BOONE}?page=2").get_data(True)
    assert "Page 1 of 2, 122 records" in first
    assert "Hall 000" in first
    assert "Hall 119" in second
    assert "Hall 000" not in second
    assert client.get(f"/scorecard/{BOONE}?page=9&show=missing").status_code == 200
    assert client.get(f"/scorecard/{BOONE}?page=x").status_code == 200


@pytest.mark.parametrize("address", ["/scorecard/20209", "/scorecard/x.csv", "/scorecard/99999"])
def test_another_state_s_county_is_not_here(client, session, address):
    client.sign_in(session, "stella")
    assert client.get(address).status_code == 404


def test_there_is_no_list_unheard_of(client, session, boone):
    client.sign_in(session, "stella")
    assert client.get(f"/scorecard/{BOONE}?show=ugly").status_code == 404


def test_what_no_county_answers_for_can_be_seen(client, session):
    state = makers.agency(session, "State roads", kind="state")
    makers.unit(session, agency_id=state, county_fips=None, at=None, name="Plow 9")
    client.sign_in(session, "stella")
    assert 'href="/scorecard/none"' in client.get("/scorecard").get_data(True)
    assert "Plow 9" in client.get("/scorecard/none").get_data(True)


def test_only_who_may_open_a_file_gets_its_name_and_a_link(client, session, boone):
    row = {
        "agency_id": boone,
        "kind": "shelter",
        "filename": "secret.csv",
        "size": 1,
        "sha256": "0",
        "state": "applied",
        "applied_at": datetime.now(UTC),
        "summary": {"counts": {"refused": 7, "total": 9}},
    }
    upload_id = session.scalars(insert(Upload).values(row).returning(Upload.id)).one()
    for who, told in (("carol", True), ("stella", True), ("joe", False)):
        client.sign_in(session, who)
        page = client.get(f"/scorecard/{BOONE}").get_data(True)
        assert ("secret.csv" in page, f'href="/uploads/{upload_id}"' in page) == (told, told), who
        assert ("Send 7 refused rows again" in page) is told


def test_the_call_list_as_a_file(client, session, boone):
    client.sign_in(session, "stella")
    response = client.get("/scorecard.csv")
    assert response.headers["Content-Disposition"].endswith('"meris-call-list.csv"')
    found = lines(response)
    assert len(found) == 115
    first = found[0]
    assert (first["call"], first["county"], first["grade"]) == ("1", "Boone County", "D")
    assert first["phone"] == "(573) 555-0100"
    assert first["ask"].startswith("Confirm 1 open shelter; ")
    silent = next(line for line in found if line["fips"] == ADAIR)
    assert (silent["overall_percent"], silent["grade"]) == ("", "")
    assert silent["because"] == "Nothing reported"


def test_the_list_to_fix_as_a_file_holds_no_formula(client, session, boone):
    client.sign_in(session, "carol")
    found = lines(client.get(f"/scorecard/{BOONE}.csv"))
    assert [line["name"] for line in found] == ["Armory", "'=cmd()"]
    assert found[1]["to_fix"] == "Not on the map"
    assert "Evacuation capacity" in found[1]["missing"]
    unplaced = lines(client.get(f"/scorecard/{BOONE}.csv?show=unplaced"))
    assert [line["name"] for line in unplaced] == ["'=cmd()"]
    empty = client.get(f"/scorecard/{ADAIR}.csv").get_data(True)
    assert empty.startswith("\ufeffmeris_id,")


def test_the_api_says_the_same(client, session, boone):
    client.sign_in(session, "stella")
    answer = client.get("/api/scorecard").json
    card = answer["counties"][0]
    assert (card["fips"], card["name"], card["grade"]) == (BOONE, "Boone County", "D")
    assert card["counts"]["records"] == 2
    assert card["problems"] == 1 + 1 + 2
    assert card["contact"]["phone"] == "(573) 555-0100"
    assert card["tile"] == {"row": 5, "column": 7}
    assert answer["elsewhere"]["fips"] is None
    assert {c["overall"] for c in answer["counties"][1:]} == {None}
