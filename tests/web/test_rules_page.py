"""/rules as people open it: who may change what, what is refused, and nobody's work is lost."""

import io
import re
from html import unescape

import pytest
from sqlalchemy import func, insert, select

from meris.tables import CoverRule, IncidentType, RunCard, RunCardLine, UnitProfile

LISTS = ("/rules/cards", "/rules/cover", "/rules/travel", "/rules/types")
FORMS = ("/rules/cards/new", "/rules/cover/new", "/rules/travel", "/rules/add-type")
BOONE = "29019"


@pytest.fixture
def stella(client, session):
    client.sign_in(session, "stella")
    return client


@pytest.fixture
def card(session):
    return session.scalars(
        select(RunCard.id).where(RunCard.incident_type == "structure_fire")
    ).one()


def values(page):
    """What the fields of a page's form hold."""
    found = dict(re.findall(r'<input[^>]* name="([\w.]+)" value="([^"]*)"', page))
    found |= re.findall(r'<textarea[^>]* name="(\w+)"[^>]*>([^<]*)<', page)
    for name, inside in re.findall(r'<select[^>]* name="(\w+)"[^>]*>(.*?)</select>', page, re.S):
        chosen = re.search(r'<option value="([^"]*)" selected', inside)
        found[name] = chosen[1] if chosen else ""
    found |= dict.fromkeys(re.findall(r'name="([\w.]+)" value="yes" checked', page), "yes")
    for name in re.findall(r'type="checkbox"[^>]* name="([\w.]+)" value="yes"(?! checked)', page):
        found.pop(name, None)
    found.pop("csrf_token", None)
    return {name: unescape(value) for name, value in found.items()}


def form(client, address):
    return values(client.get(address).get_data(True))


def send(client, address, typed, **more):
    return client.post(address, data={**typed, **more}, headers=client.csrf())


def load(client, text, **more):
    content = text if isinstance(text, bytes) else text.encode()
    return send(client, "/rules/cover.csv", {"file": (io.BytesIO(content), "cover.csv"), **more})


def lines(session, card_id):
    return session.execute(
        select(RunCardLine.count, RunCardLine.unit_types, RunCardLine.type_level)
        .where(RunCardLine.run_card_id == card_id)
        .order_by(RunCardLine.rank)
    ).all()


def test_staff_read_and_the_public_does_not(client, session):
    assert {client.get(address).status_code for address in LISTS} == {302}
    client.sign_in(session, "dana")
    for address in LISTS:
        page = client.get(address)
        assert page.status_code == 200
        assert "New card" not in page.get_data(True)


def test_a_dispatcher_changes_nothing(client, session):
    client.sign_in(session, "dana")
    for address in FORMS:
        page = client.get(address).get_data(True)
        assert "<fieldset disabled>" in page
        assert ">Save<" not in page
        assert send(client, address, values(page)).status_code == 403


def test_a_card_is_changed(stella, session, card):
    address = f"/rules/cards/{card}"
    typed = form(stella, address)
    assert typed["lines"].splitlines()[0] == "2 engines"
    typed["lines"] = "3 engines, type 3 or better\n1 medic or BLS ambulances"
    assert send(stella, address, typed).status_code == 302
    assert lines(session, card) == [
        (3, ["engine"], 3),
        (1, ["ambulance_als", "ambulance_bls"], None),
    ]
    assert "3 engines, type 3 or better; 1 ambulance" in stella.get(LISTS[0]).get_data(True)


def test_a_card_of_a_county_is_made_and_removed(stella, session):
    typed = form(stella, "/rules/cards/new?type=medical")
    assert typed["incident_type"] == "medical"
    typed |= {"county": "Boone", "priority": "1", "lines": "2 als"}
    assert send(stella, "/rules/cards/new", typed).status_code == 302
    made = session.scalars(select(RunCard).where(RunCard.county_fips == BOONE)).one()
    assert (made.incident_type, made.priority) == ("medical", 1)
    address = f"/rules/cards/{made.id}"
    assert send(stella, address, form(stella, address), remove="yes").status_code == 302
    assert stella.get(address).status_code == 404


CARD_CASES = [
    ({"lines": "two engines"}, "is not understood"),
    ({"lines": "2 enginnes"}, "Did you mean engine?"),
    ({"lines": "2 engines, type 9"}, "NIMS types are 1 (the best) to 5"),
    ({"lines": "999 engines"}, "1 to 200 units"),
    ({"lines": " "}, "Say what is sent"),
    ({"lines": "1 engine\n" * 31}, "too many"),
    ({"county": "Nowhere"}, "is not a county"),
    ({"incident_type": ""}, "Choose the type of incident"),
    ({"incident_type": "medical"}, "a card for this type, priority and county already"),
    ({"priority": "7"}, "from 1 to 4"),
]


def test_a_wrong_card_is_refused_in_words(stella, session, card):
    for typed, words in CARD_CASES:
        address = f"/rules/cards/{card}"
        before = lines(session, card)
        answer = send(stella, address, form(stella, address) | typed)
        page = unescape(answer.get_data(True))
        assert answer.status_code == 422
        assert words in page
        assert 'aria-invalid="true"' in page
        assert lines(session, card) == before


def test_who_comes_second_keeps_what_was_typed(stella, session, card):
    address = f"/rules/cards/{card}"
    mine = form(stella, address) | {"lines": "5 engines"}
    theirs = form(stella, address) | {"lines": "4 engines"}
    assert send(stella, address, theirs).status_code == 302
    answer = send(stella, address, mine)
    page = answer.get_data(True)
    assert answer.status_code == 409
    assert values(page)["lines"] == "5 engines"
    assert "Now: <q>4 engines</q>" in page
    assert lines(session, card) == [(4, ["engine"], None)]
    # having seen it, one may
    assert send(stella, address, values(page)).status_code == 302
    assert lines(session, card) == [(5, ["engine"], None)]


def test_cover_is_made_changed_and_removed(stella, session):
    typed = {"county": "Boone County", "minimum": "3", "units": "Engine; ladder truck"}
    typed["seen"] = form(stella, "/rules/cover/new")["seen"]
    assert send(stella, "/rules/cover/new", typed).status_code == 302
    rule = session.scalars(select(CoverRule)).one()
    assert (rule.county_fips, rule.unit_types, rule.minimum) == (BOONE, ["engine", "ladder"], 3)
    address = f"/rules/cover/{rule.id}"
    again = form(stella, address)
    assert again["units"] == "Engine; Ladder truck"
    assert send(stella, address, again, minimum="4").status_code == 302
    assert session.scalar(select(CoverRule.minimum)) == 4
    assert send(stella, address, again, minimum="5").status_code == 409
    assert send(stella, address, form(stella, address), remove="yes").status_code == 302
    assert session.scalar(select(func.count()).select_from(CoverRule)) == 0


COVER_CASES = [
    ({"county": "", "region": ""}, "Name a county or a region"),
    ({"region": "Elsewhere: A"}, "and not both"),
    ({"county": "", "region": "Elsewhere: A"}, "is not a region"),
    ({"units": ""}, "Name the kinds of units"),
    ({"units": "tanks"}, "is not a kind of unit"),
    ({"minimum": "0"}, "from 1 to 10,000"),
    ({"note": "x" * 300}, "longer than 200"),
]


def test_wrong_cover_is_refused_in_words(stella):
    for typed, words in COVER_CASES:
        good = {"county": "Boone", "minimum": "3", "units": "Engine"}
        good["seen"] = form(stella, "/rules/cover/new")["seen"]
        answer = send(stella, "/rules/cover/new", good | typed)
        assert answer.status_code == 422
        assert words in unescape(answer.get_data(True))


def test_cover_goes_out_and_comes_in_as_a_file(stella, session):
    region = session.scalar(select(func.min(CoverRule.metadata.tables["region"].c.id)))
    rows = (
        {"county_fips": BOONE, "unit_types": ["engine"], "minimum": 2, "note": "=1+1"},
        {"county_fips": "29510", "unit_types": ["ambulance_als"], "minimum": 4},
        {"region_id": region, "unit_types": ["hazmat"], "minimum": 1},
    )
    for row in rows:
        session.execute(insert(CoverRule).values(row))
    text = stella.get("/rules/cover.csv").get_data()
    assert b"'=1+1" in text
    assert load(stella, text, others="remove").status_code == 302
    assert "0 added, 0 changed, 0 removed, 3 as they were." in stella.get(LISTS[1]).get_data(True)
    assert load(stella, "county,units,minimum\nBoone,engine,5\nAdair,boats,1\n").status_code == 302
    assert "1 added, 1 changed, 0 removed" in stella.get(LISTS[1]).get_data(True)
    assert (
        load(stella, "county,units,minimum\nBoone,engine,5\n", others="remove").status_code == 302
    )
    assert session.execute(select(CoverRule.county_fips, CoverRule.minimum)).all() == [(BOONE, 5)]


FILE_CASES = [
    (b"", "Choose a file first"),
    (b"\xff\xfe\x00", "not UTF-8"),
    ("a,b\n1,2\n", "must name the columns"),
    ("county,units,minimum\nBoone,engine,5\nNowhere,engine,1\n", "Row 3, county"),
    ("county,units,minimum\nBoone,engine,many\n", "must be a whole number"),
    ("county,units,minimum\nBoone,engine,1\nBoone,engines,2\n", "Another row says this"),
    ('county,units,minimum\n"Boone,engine,1\n', "not a CSV table"),
]


def test_a_wrong_file_changes_nothing(stella, session):
    for text, words in FILE_CASES:
        answer = load(stella, text)
        assert answer.status_code == 422
        assert words in unescape(answer.get_data(True))
        assert session.scalar(select(func.count()).select_from(CoverRule)) == 0


def test_travel_is_one_table(stella, session):
    typed = form(stella, "/rules/travel")
    assert typed["speed_kmh.engine"] == "55"
    assert send(stella, "/rules/travel", typed | {"speed_kmh.engine": "60.5"}).status_code == 302
    assert "1 kind changed." in stella.get("/rules/travel").get_data(True)
    assert float(session.get_one(UnitProfile, "engine", populate_existing=True).speed_kmh) == 60.5
    assert send(stella, "/rules/travel", typed).status_code == 409
    fresh = form(stella, "/rules/travel")
    wrong = send(stella, "/rules/travel", fresh | {"speed_kmh.bus": "fast"})
    assert wrong.status_code == 422
    assert "The speed of Bus must be a number from 1 to 1,000." in wrong.get_data(True)


def test_every_type_can_be_saved_as_it_is(stella, session):
    for code in session.scalars(select(IncidentType.code)).all():
        address = f"/rules/types/{code}"
        typed = form(stella, address)
        answer = send(stella, address, typed)
        assert answer.status_code == 302, unescape(answer.get_data(True))


def test_a_type_is_added_and_set_aside(stella, session):
    typed = form(stella, "/rules/add-type") | {
        "title": "Cave rescue",
        "short": "CV",
        "words": "cave, spelunker",
        "category": "rescue",
        "priority": "1",
        "overdue_minutes": "30",
        "par_minutes": "",
    }
    assert send(stella, "/rules/add-type", typed).status_code == 302
    made = session.get_one(IncidentType, "cave_rescue")
    assert (made.short, made.words, made.par_minutes) == ("cv", ["cave", "spelunker"], None)
    typed = form(stella, "/rules/types/cave_rescue")
    typed.pop("active")
    assert send(stella, "/rules/types/cave_rescue", typed).status_code == 302
    assert "Not used" in stella.get("/rules/types").get_data(True)


TYPE_CASES = [
    ({"title": ""}, "The title is missing"),
    ({"title": "Structure fire"}, '"Structure fire" means Structure fire already'),
    ({"short": "SF"}, "means Structure fire already"),
    ({"words": "working fire"}, "means Structure fire already"),
    ({"short": "!"}, "Use letters and digits"),
    ({"category": "magic"}, "Choose the category"),
    ({"overdue_minutes": "-5"}, "from 1 to 1,440"),
    ({"par_minutes": "1e3"}, "from 1 to 1,440"),
]


def test_a_wrong_type_is_refused_in_words(stella):
    for typed, words in TYPE_CASES:
        good = form(stella, "/rules/add-type") | {
            "title": "Cave rescue",
            "short": "cv",
            "category": "rescue",
            "priority": "1",
            "overdue_minutes": "30",
        }
        answer = send(stella, "/rules/add-type", good | typed)
        assert answer.status_code == 422
        assert words in unescape(answer.get_data(True))


def test_what_is_not_there(stella):
    for address in ("/rules/cards/999", "/rules/cover/999", "/rules/types/none"):
        assert stella.get(address).status_code == 404
        assert send(stella, address, {"seen": "x"}).status_code == 404
