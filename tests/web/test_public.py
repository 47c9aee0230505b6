"""/shelters: what the public is told of open shelters, by page and by feed, and what never."""

import csv
import gzip
import io
import json
import re
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import update
from sqlalchemy.exc import OperationalError

from geo.values import Position
from meris.distances import KILOMETERS, MILES
from meris.fields import Home
from meris.language import speaking
from meris.public import room, words
from meris.public.editions import Edition, Editions
from meris.tables import BedHold, Resource
from meris.web.public_questions import Question, read
from tests import makers
from tests.makers import COLUMBIA, SPRINGFIELD
from tests.web.forms import words as words_of

OLD = timedelta(days=2)


@pytest.fixture
def now():
    return datetime.now(UTC)


@pytest.fixture
def hall(session, now):
    """An open shelter with space, about which everything is known."""
    return makers.shelter(
        session,
        name="=Rock Bridge Hall",
        sensitivity="public",
        evacuation_capacity=200,
        population_total=40,
        population_medical_needs=3,
        counted_at=now,
        address_line1="4303 S Providence Rd",
        city="Columbia",
        zip="65203",
        pet_policy="onsite",
        wheelchair_accessible=True,
        generator=True,
        contact_name="Jo Smith",
        contact_phone="(573) 555-0101",
        notes="key under the mat",
    )


def page_of(client, address="/shelters", **options):
    answer = client.get(address, **options)
    return answer.status_code, re.sub(r"\s+", " ", answer.text)


def test_a_shelter_is_told_with_what_people_need_and_without_what_is_not_theirs(client, hall):
    status, page = page_of(client)
    assert status == 200
    for told in ("=Rock Bridge Hall", "Has space", "4303 S Providence Rd, Columbia 65203"):
        assert told in page
    for told in ("Boone County", "separate area", "Wheelchair access", "Figures as of", "15S WD"):
        assert told in page
    for kept_back in ("Jo Smith", "555-0101", "mat", "200", "medical"):
        assert kept_back not in words_of(client.get("/shelters"))


def test_no_script_no_cookie_and_every_header_of_a_page(client, hall):
    answer = client.get("/shelters")
    assert "<script" not in answer.text
    assert "Set-Cookie" not in answer.headers
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Cache-Control"].startswith("public, max-age=")


@pytest.mark.parametrize(
    "values",
    [
        {"sensitivity": "restricted"},
        {"sensitivity": "confidential"},
        {"sensitivity": "public", "status": "closed"},
        {"sensitivity": "public", "status": "standby"},
    ],
)
def test_what_is_not_open_to_everybody_is_as_if_it_were_not(client, session, hall, values):
    before = {address: client.get(address).data for address in ("/shelters.csv", "/shelters")}
    hidden = makers.shelter(session, name="Hidden House", **values)
    for address, body in before.items():
        assert client.get(address).data == body
    missing = client.get(f"/shelters/{hidden + 1000}")
    answer = client.get(f"/shelters/{hidden}")
    assert (answer.status_code, answer.data) == (404, missing.data)
    assert missing.status_code == 404


def test_none_open_says_so_and_what_to_do(client):
    status, page = page_of(client)
    assert status == 200
    assert "No public shelter is open now" in page
    assert "call 911" in page
    assert "call 211" in page


@pytest.mark.parametrize(
    "near",
    [
        "Columbia",
        "65201",
        "columbia, mo",
        "38.95, -92.33",
        "15S WD 57 11",
        "500 Elm St, Columbia MO",
    ],
)
def test_near_a_place_the_nearest_comes_first(client, session, hall, near):
    makers.shelter(session, name="Far Hall", at=SPRINGFIELD, sensitivity="public")
    makers.shelter(session, name="Nowhere Hall", at=None, sensitivity="public")
    _, page = page_of(client, "/shelters", query_string={"near": near})
    assert page.index("Rock Bridge Hall") < page.index("Far Hall")
    assert "miles away" in page
    assert "1 more is on no map" in page
    assert "Nowhere Hall" not in page


def test_an_unknown_place_is_said_and_an_unclear_one_is_asked_about(client, hall):
    assert "No place of that name" in page_of(client, "/shelters?near=Zzyzx+Qq")[1]
    _, page = page_of(client, "/shelters?near=Spri")
    assert "Which place do you mean?" in page
    assert "near=37.2" in page


def test_the_choice_narrows_by_county_pets_and_wheelchair(client, session, hall):
    makers.shelter(
        session, name="Far Hall", at=SPRINGFIELD, sensitivity="public", county_fips="29077"
    )
    for query in ("county=29019", "pets=1", "wheelchair=1"):
        _, page = page_of(client, f"/shelters?{query}")
        assert "Rock Bridge Hall" in page
        assert "Far Hall" not in page
    _, page = page_of(client, "/shelters?county=29001")
    assert "No such shelter is open now" in page


def test_many_are_told_by_the_page(client, session):
    for number in range(30):
        makers.shelter(session, name=f"Hall {number:02}", sensitivity="public")
    first, second = (page_of(client, f"/shelters?page={n}")[1] for n in (1, 2))
    assert "Hall 24" in first
    assert "Hall 25" not in first
    assert "26 to 30 of 30" in second
    assert "Begin at its top" in page_of(client, "/shelters?page=9")[1]


def test_what_is_stale_says_so_and_to_call(client, session, hall, now):
    session.execute(update(Resource).where(Resource.id == hall).values(confirmed_at=now - OLD))
    page = page_of(client)[1]
    assert "Call first" in page
    assert "Not confirmed since" in page
    assert "2 days ago" in page


def test_beds_that_are_held_are_taken(client, session, hall, now):
    session.add(
        BedHold(
            resource_id=hall,
            people=155,
            held_by="Dana",
            held_at=now,
            held_until=now + timedelta(minutes=30),
        )
    )
    session.flush()
    assert "Nearly full" in page_of(client)[1]


@pytest.mark.parametrize(
    ("status", "free", "places", "old", "code"),
    [
        ("open", 100, 200, False, "spaces"),
        ("open", 20, 200, False, "few"),
        ("open", 8, 20, False, "few"),
        ("open", 9, 20, False, "spaces"),
        ("open", 0, 200, False, "full"),
        ("full", 50, 200, False, "full"),
        ("open", None, 200, False, "unknown"),
        ("open", None, None, False, "unknown"),
        ("open", 100, 200, True, "call"),
        ("full", 0, 200, True, "call"),
    ],
)
def test_room_is_said_in_rough_words(status, free, places, old, code):
    assert room.room(status, free, places, old=old).code == code


def test_the_feeds_tell_the_same_and_any_site_may_read_them(client, hall):
    table = client.get("/shelters.csv")
    row = next(csv.DictReader(io.StringIO(table.data.decode("utf-8-sig"))))
    assert row["name"] == "'=Rock Bridge Hall"
    assert (row["space"], row["wheelchair_accessible"], row["stale"]) == ("spaces", "yes", "no")
    answer = client.get("/shelters.geojson")
    collection = json.loads(answer.data)
    (feature,) = collection["features"]
    assert feature["geometry"]["coordinates"] == [COLUMBIA.lon, COLUMBIA.lat]
    assert feature["properties"]["pets"] == "onsite"
    assert collection["as_of"]
    for one in (table, answer):
        assert one.headers["Access-Control-Allow-Origin"] == "*"
        assert b"555-0101" not in one.data
    assert client.options("/shelters.csv").status_code == 204
    assert client.post("/shelters").status_code == 405


def test_an_empty_feed_has_its_header_and_no_rows(client):
    assert client.get("/shelters.csv").data.startswith("\ufeffid,name,status,space".encode())
    assert json.loads(client.get("/shelters.geojson").data)["features"] == []


def test_who_has_the_answer_is_told_so_and_who_takes_it_packed_gets_it_so(client, hall):
    whole = client.get("/shelters")
    again = client.get("/shelters", headers={"If-None-Match": whole.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    assert "Content-Length" not in again.headers
    packed = client.get("/shelters", headers={"Accept-Encoding": "br, gzip"})
    assert packed.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.data) == whole.data
    plain = client.get("/shelters", headers={"Accept-Encoding": "gzip;q=0"})
    assert "Content-Encoding" not in plain.headers
    assert client.head("/shelters").data == b""


@pytest.mark.parametrize(
    ("path", "query", "question"),
    [
        ("/shelters", "near=+Rolla++MO&x=1", Question("/shelters", near="Rolla MO")),
        ("/shelters/", "page=0", Question("/shelters")),
        ("/shelters", "page=99999999", Question("/shelters")),
        ("/shelters", "county=29019'--&pets=", Question("/shelters")),
        ("/shelters.csv", "county=29019&near=x", Question("/shelters.csv", county="29019")),
        ("/shelters/17", "near=x", Question("/shelters", id=17)),
        ("/shelters/17", "language=es", Question("/shelters", id=17, language="es")),
        ("/shelters", "language=xx", Question("/shelters")),
        ("/shelters.csv", "language=es", Question("/shelters.csv")),
        ("/shelters", "&".join(f"a{n}=1" for n in range(50)), Question("/shelters")),
        ("/shelters/x", "", None),
        ("/shelters.xml", "", None),
        ("/shelters/1234567890123456789", "", None),
    ],
)
def test_a_question_is_read_whatever_else_is_in_the_address(path, query, question):
    assert read(path, query) == question


def test_the_page_is_in_the_language_of_the_browser_or_of_its_address(client, hall):
    spanish = {"Accept-Language": "es-MX,es;q=0.9,en;q=0.5"}
    by_browser = client.get("/shelters", headers=spanish)
    assert '<html lang="es">' in by_browser.text
    assert "Hay lugar" in by_browser.text
    assert by_browser.headers["Content-Language"] == "es"
    assert set(by_browser.vary) == {"Accept-Encoding", "Accept-Language"}
    by_address = client.get("/shelters?language=en", headers=spanish)
    assert "Has space" in by_address.text
    assert set(by_address.vary) == {"Accept-Encoding"}  # a proxy may keep it for everybody
    assert client.get("/shelters").text != by_address.text  # whose links keep the language
    assert client.get("/shelters?language=es").headers["ETag"] != by_address.headers["ETag"]
    assert f'href="/shelters/{hall}?language=es"' in client.get("/shelters?language=es").text
    feeds = [client.get("/shelters.csv", headers=headers) for headers in ({}, spanish)]
    assert feeds[0].data == feeds[1].data
    nothing = client.get("/shelters/x", headers=spanish)
    assert (nothing.status_code, nothing.text) == (404, "No hay nada en esta dirección.")


def test_times_and_distances_are_said_as_people_say_them():
    zone, at = Home.of().zone, datetime(2026, 3, 14, 18, 5, tzinfo=UTC)
    assert words.clock(at, at, zone) == "1:05 PM"
    assert words.clock(at, at + OLD, zone) == "Mar 14, 1:05 PM"
    ages = [words.ago(at, at + timedelta(minutes=m)) for m in (0, 1, 59, 60, 2879, 2880)]
    assert ages == ["just now", "1 minute ago", "59 minutes ago", "1 hour ago", "47 hours ago",
                    "2 days ago"]  # fmt: skip
    lengths = (50, 1609.344, 6000, 90_000)
    assert [words.distance(m, MILES) for m in lengths] == [
        "160 feet", "1.0 mile", "3.7 miles", "56 miles"]  # fmt: skip
    assert [words.distance(m, KILOMETERS) for m in lengths] == ["50 m", "1.6 km", "6.0 km", "90 km"]
    with speaking("es"):
        assert words.clock(at, at + OLD, zone) == "14 mar, 1:05 p.m."
        assert [words.ago(at, at + timedelta(minutes=m)) for m in (0, 1, 180)] == [
            "ahora mismo", "hace 1 minuto", "hace 3 horas"]  # fmt: skip
        assert [words.distance(m, MILES) for m in (50, 1609.344)] == ["160 pies", "1.0 milla"]
        counties = ("Boone County", "City of St. Louis", "Elsewhere")
        assert [words.county(name) for name in counties] == [
            "Condado de Boone", "Ciudad de St. Louis", "Elsewhere"]  # fmt: skip


class Source:
    """Editions by number; may be away."""

    def __init__(self):
        self.reads, self.away = 0, False

    def __call__(self):
        self.reads += 1
        if self.away:
            raise OperationalError("SELECT", {}, Exception("away"))
        return Edition(datetime.now(UTC), ())


def test_an_edition_serves_everybody_until_the_next_is_due():
    source = Source()
    editions = Editions(source, every=1000, wait_after=3000)
    assert editions.newest() is None
    first = editions.current()
    assert editions.current() is first
    assert source.reads == 1


def test_when_the_database_is_away_the_last_edition_goes_on_being_served():
    source = Source()
    editions = Editions(source, every=0, wait_after=0)
    first = editions.current()
    source.away = True
    assert editions.current() is first
    assert editions.is_ready()  # nobody waits in vain again
    source.away = False
    assert source.reads == 2


def test_before_the_first_edition_the_public_is_told_to_try_again(app, monkeypatch):
    desk = app.extensions["meris"].public
    monkeypatch.setattr(desk.editions, "_read", _away)
    answer = app.test_client().get("/shelters")
    assert answer.status_code == 503
    assert answer.headers["Retry-After"] == "5"
    assert "cannot be read now" in answer.text


def test_who_would_wait_behind_a_crowd_is_told_to_try_again(app, hall, monkeypatch):
    desk, client = app.extensions["meris"].public, app.test_client()
    assert client.get("/shelters").status_code == 200
    monkeypatch.setattr(desk, "_waiting", 300)
    assert client.get("/shelters?near=Rolla").status_code == 503
    monkeypatch.setattr(desk.editions, "is_ready", lambda: True)
    assert client.get("/shelters").status_code == 200  # what is kept is not behind them


def test_old_figures_say_how_old_they_are(app, hall, monkeypatch):
    desk = app.extensions["meris"].public
    client = app.test_client()
    client.get("/shelters")
    monkeypatch.setattr(desk.editions, "_read", _away)
    monkeypatch.setattr(Edition, "age_s", 12 * 60.0)
    page = page_of(client)[1]
    assert "These figures are 12 minutes old" in page
    assert "Rock Bridge Hall" in page


def _away():
    raise OperationalError("SELECT", {}, Exception("away"))


def test_a_place_of_another_sort_is_not_taken_for_one(client, session):
    makers.shelter(session, at=Position(38.9, -92.3), name="Vague", sensitivity="public",
                   position_radius_m=6000)  # fmt: skip
    page = page_of(client)[1]
    assert "On a map only to within 3.7 miles" in page
    assert "geo:" not in page
