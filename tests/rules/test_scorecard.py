"""The scorecard on worlds made by hand: every number, who counts for whom, and the grades."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import insert, update

from geo.gazetteer import Gazetteer
from meris import fields, scorecard
from meris.accounts import Viewer
from meris.errors import NotFound
from meris.scorecard import grades
from meris.tables import Account, Resource, Upload
from tests import makers

BOONE, GREENE, ADAIR = "29019", "29077", "29001"
NOW = datetime.now(UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
COMPLETE = {
    "evacuation_capacity": 100,
    "wheelchair_accessible": True,
    "pet_policy": "none",
    "generator": False,
    "address_line1": "1 Main St",
    "city": "Columbia",
    "contact_phone": "(573) 555-0100",
}
STELLA = Viewer("Stella", 3, None, "State", frozenset({"state"}))
RUTH = Viewer("Ruth", 4, None, "Health", frozenset({"reader"}))


@pytest.fixture(scope="module")
def gazetteer():
    return Gazetteer.load("MO")


@pytest.fixture
def boone(session):
    return makers.agency(session, county_fips=BOONE, phone="(573) 555-0100")


@pytest.fixture
def greene(session):
    return makers.agency(session, "Greene County OEM", county_fips=GREENE)


@pytest.fixture
def cards(session, gazetteer):
    """The board as a dictionary, for a viewer."""

    def by_fips(viewer=STELLA):
        board = scorecard.board(session, viewer, gazetteer)
        return {card.fips: card for card in (*board.cards, board.elsewhere)}

    return by_fips


def upload(session, agency_id, kind="shelter", state="applied", **values):
    row = {
        "agency_id": agency_id,
        "kind": kind,
        "filename": "shelters.csv",
        "size": 1,
        "sha256": "0",
        "state": state,
        **values,
    }
    return session.scalars(insert(Upload).values(row).returning(Upload.id)).one()


def test_every_county_has_a_card_and_nothing_reported_is_not_zero(cards):
    found = cards()
    assert len(found) == 116
    adair = found[ADAIR]
    assert adair.silent
    assert adair.shares == {"complete": None, "fresh": None, "placed": None}
    assert {adair.grade(measure) for measure in scorecard.MEASURES} == {None}
    assert [ask.text for ask in adair.asks] == ["Send a first list"]


def test_each_number_of_a_county(session, boone, cards):
    makers.shelter(session, agency_id=boone, **COMPLETE)
    makers.shelter(session, agency_id=boone, confirmed_at=NOW - 5 * HOUR, **COMPLETE)
    bare = makers.shelter(session, agency_id=boone, status="closed", at=None)
    makers.supply_site(session, agency_id=boone)
    rough = makers.unit(session, agency_id=boone, type=None)
    session.execute(
        update(Resource)
        .where(Resource.id == rough)
        .values(position_source="town", position_radius_m=900)
    )
    card = cards()[BOONE]
    assert dict(card.counts) == {
        "records": 5,
        "shelters": 3,
        "supply_sites": 1,
        "units": 1,
        "asked": 3 * 8 + 5 + 6,
        "filled": 8 + 8 + 1 + 1 + 0,
        "stale": 1,
        "stale_open": 1,
        "exact": 3,
        "rough": 1,
        "unplaced": 1,
        "lacking": 2,
        "waiting": 0,
        "refused": 0,
        "held": 0,
    }
    assert card.shares == {"complete": 18 * 100 // 35, "fresh": 80, "placed": 60}
    assert (card.overall, card.weakest) == (51, "complete")
    assert card.problems == 1 + 1 + 2
    assert [ask.code for ask in card.asks] == [
        "stale_open",
        "unplaced",
        "lacking",
        "rough",
        "missing",
    ]
    assert bare in {record.id for record in scorecard.flawed(session, STELLA, BOONE, "missing")}


def test_a_record_counts_for_its_agency_s_county_wherever_it_stands(session, boone, cards):
    makers.unit(session, agency_id=boone, county_fips=GREENE, at=makers.SPRINGFIELD)
    found = cards()
    assert found[BOONE].counts["units"] == 1
    assert found[GREENE].silent


def test_the_state_s_records_count_where_they_stand(session, cards):
    state = makers.agency(session, "State roads", kind="state")
    makers.unit(session, agency_id=state, county_fips=GREENE)
    makers.unit(session, agency_id=state, county_fips=None, at=None)
    abroad = makers.agency(session, "Wyandotte County, Kansas", county_fips="20209")
    makers.unit(session, agency_id=abroad, county_fips="20209")
    found = cards()
    assert found[GREENE].counts["units"] == 1
    assert found[""].counts["units"] == 2


@pytest.mark.parametrize(
    ("viewer", "counted"),
    [
        (STELLA, 3),
        (RUTH, 2),
        (Viewer("Ada", roles=frozenset({"admin"})), 3),
        (Viewer(), 1),
    ],
)
def test_what_a_viewer_may_not_know_of_is_not_counted(session, boone, cards, viewer, counted):
    for sensitivity in ("public", "restricted", "confidential"):
        makers.shelter(session, agency_id=boone, sensitivity=sensitivity, at=None)
    card = cards(viewer)[BOONE]
    assert card.counts["records"] == card.counts["unplaced"] == counted
    assert len(scorecard.flawed(session, viewer, BOONE)) == counted


def test_an_agency_sees_its_own_hidden_shelters_counted(session, boone, greene, cards):
    makers.shelter(session, agency_id=boone, sensitivity="confidential")
    carol = Viewer("Carol", 1, boone, "Boone", frozenset({"county_editor"}))
    joe = Viewer("Joe", 2, greene, "Greene", frozenset({"county_editor"}))
    assert cards(carol)[BOONE].counts["records"] == 1
    assert cards(joe)[BOONE].silent


def test_an_open_shelter_out_of_date_makes_a_d_and_comes_first(session, boone, greene, cards):
    for _ in range(99):
        makers.shelter(session, agency_id=boone, **COMPLETE)
    makers.shelter(session, agency_id=boone, confirmed_at=NOW - 5 * HOUR, **COMPLETE)
    makers.shelter(session, agency_id=greene, status="closed", at=None)
    found = cards()
    card = found[BOONE]
    assert card.shares["fresh"] == 99
    assert [card.grade(m) for m in ("overall", "fresh", "problems", "complete")] == [*"DDDA"]
    assert [c.fips for c in sorted(found.values(), key=lambda c: c.urgency)][:2] == [BOONE, GREENE]


def test_only_the_newest_file_of_a_kind_leaves_rows_to_send_again(session, boone, cards):
    upload(session, boone, applied_at=NOW - 9 * DAY, summary={"counts": {"refused": 7}})
    upload(session, boone, applied_at=NOW - DAY, summary={"fates": {"refused": 2, "held": 3}})
    upload(session, boone, "unit", applied_at=NOW - 3 * DAY, summary={"counts": {"refused": 4}})
    upload(session, boone, "unit", "undone", applied_at=NOW, summary={"counts": {"refused": 90}})
    upload(session, boone, "supply", "received", summary={"counts": {"refused": 50}})
    card = cards()[BOONE]
    assert {name: card.counts[name] for name in ("refused", "held", "waiting")} == {
        "refused": 6,
        "held": 3,
        "waiting": 1,
    }
    assert card.problems == 10
    assert card.delivered.at == NOW - DAY
    assert card.delivered.by == "a machine"
    assert card.grade("delivered") == "A"
    assert [ask.text for ask in card.asks] == [
        "Apply 1 upload that waits",
        "Send 6 refused rows again",
        "Decide on 3 look-alikes",
    ]


def test_what_a_file_left_behind_is_told_to_those_who_may_open_it(session, boone, greene, cards):
    upload(session, boone, applied_at=NOW, summary={"counts": {"refused": 7}})
    joe = Viewer("Joe", 2, greene, "Greene", frozenset({"county_editor"}))
    carol = Viewer("Carol", 1, boone, "Boone", frozenset({"county_editor"}))
    assert [cards(viewer)[BOONE].counts["refused"] for viewer in (joe, RUTH, carol)] == [0, 0, 7]
    assert cards(joe)[BOONE].delivered.at == NOW
    folders = {
        viewer.name: scorecard.folder(session, viewer, Gazetteer.load("MO"), BOONE).uploads[0]
        for viewer in (joe, carol)
    }
    assert (folders["Joe"].filename, folders["Joe"].refused) == (None, None)
    assert (folders["Carol"].filename, folders["Carol"].refused) == ("shelters.csv", 7)


def test_a_file_whose_server_ended_is_told_as_interrupted(session, boone, gazetteer, cards):
    upload(session, boone, state="applying")
    assert cards()[BOONE].counts["waiting"] == 1
    (sent,) = scorecard.folder(session, STELLA, gazetteer, BOONE).uploads
    assert sent.state == "interrupted"


def test_a_charity_with_nothing_but_hidden_shelters_is_not_told_of(
    session, boone, greene, cards, gazetteer
):
    haven = makers.agency(session, "Haven", kind="ngo", county_fips=ADAIR, phone="(660) 555-0101")
    makers.shelter(session, agency_id=haven, sensitivity="confidential")
    upload(session, haven, applied_at=NOW)
    joe = Viewer("Joe", 2, greene, "Greene", frozenset({"county_editor"}))
    for viewer, told in ((joe, False), (RUTH, False), (STELLA, True)):
        card = cards(viewer)[ADAIR]
        found = scorecard.folder(session, viewer, gazetteer, ADAIR)
        assert card.silent is not told
        assert (card.contact is not None, card.delivered is not None) == (told, told)
        assert [agency["name"] for agency in found.agencies] == (["Haven"] if told else [])
        assert len(found.uploads) == told


def test_whom_to_call_is_the_county_s_office_with_an_editor(session, boone, cast, cards):
    roads = makers.agency(session, "Boone Roads", county_fips=BOONE, phone="(573) 555-0111")
    makers.agency(session, "Columbia Fire", kind="fire", county_fips=BOONE)
    for _ in range(3):
        makers.unit(session, agency_id=roads)
    assert cards()[BOONE].contact.agency == "Boone Roads"
    carol = cast.account("carol")
    assert cards()[BOONE].contact == ("Boone County OEM", "(573) 555-0100", "Carol", carol.email)
    session.execute(update(Account).where(Account.id == carol.id).values(active=False))
    assert cards()[BOONE].contact.agency == "Boone Roads"


def test_lists_of_flaws(session, boone, gazetteer):
    old = makers.shelter(session, agency_id=boone, confirmed_at=NOW - 5 * HOUR, **COMPLETE)
    gone = makers.shelter(
        session, agency_id=boone, status="closed", unreported_at=NOW - HOUR, **COMPLETE
    )
    bare = makers.shelter(session, agency_id=boone, status="closed", at=None, name="Bare")
    makers.shelter(session, agency_id=boone, **COMPLETE)
    listed = {
        flaw: [record.id for record in scorecard.flawed(session, STELLA, BOONE, flaw)]
        for flaw in (None, *scorecard.FLAWS)
    }
    assert listed == {
        None: [old, gone, bare],
        "open": [old],
        "stale": [old, gone],
        "unplaced": [bare],
        "rough": [],
        "lacking": [bare],
        "missing": [bare],
    }
    counted = dict(scorecard.folder(session, STELLA, gazetteer, BOONE).flaws)
    assert counted.pop("any") == 3
    assert counted == {flaw: len(ids) for flaw, ids in listed.items() if flaw}
    (_, unlisted, record) = scorecard.flawed(session, STELLA, BOONE)
    assert unlisted.unlisted
    assert record.missing == [
        "Evacuation capacity",
        "Wheelchair access",
        "Pets",
        "Generator",
        "Address",
        "City",
        "Contact phone",
    ]
    second = scorecard.flawed(session, STELLA, BOONE, offset=1, limit=1)
    assert [r.id for r in second] == [gone]


def test_a_county_s_folder_agrees_with_the_board(session, boone, greene, cards, gazetteer):
    red_cross = makers.agency(session, "Red Cross", kind="ngo")
    makers.shelter(session, agency_id=boone, at=None)
    makers.shelter(session, agency_id=red_cross, confirmed_at=None)
    makers.shelter(session, agency_id=greene, county_fips=BOONE)
    makers.unit(session, agency_id=red_cross, county_fips=None)
    for fips in (BOONE, GREENE, ""):
        found = scorecard.folder(session, STELLA, gazetteer, fips)
        assert found.card.counts == cards()[fips].counts
    told = {
        a["name"]: (a["records"], a["to_fix"])
        for a in scorecard.folder(session, STELLA, gazetteer, BOONE).agencies
    }
    assert told == {"Boone County OEM": (1, 1), "Red Cross": (1, 1)}


def test_there_is_no_card_of_another_state_s_county_nor_a_list_unheard_of(session, gazetteer):
    with pytest.raises(NotFound):
        scorecard.folder(session, STELLA, gazetteer, "20209")
    with pytest.raises(NotFound):
        scorecard.flawed(session, STELLA, BOONE, "ugly")


@pytest.mark.parametrize(
    ("share", "letter"),
    [(None, None), (0, "D"), (49, "D"), (50, "C"), (75, "B"), (89, "B"), (90, "A"), (100, "A")],
)
def test_letters_of_shares(share, letter):
    assert scorecard.grade_of(share) == letter


def test_a_share_is_all_only_when_it_is_all():
    assert scorecard.percent(999, 1000) == 99
    assert scorecard.percent(1000, 1000) == 100
    assert scorecard.percent(0, 0) is None


def test_letters_of_problems_and_ages():
    assert [grades.grade_of_problems(n) for n in (0, 1, 5, 6, 20, 21)] == [*"ABBCCD"]
    ages = [NOW - days * DAY for days in (0, 7, 8, 30, 31, 90, 91)]
    assert [grades.grade_of_age(at, NOW) for at in ages] == [*"AABBCCD"]
    assert grades.grade_of_age(None, NOW) is None


@pytest.mark.parametrize("kind", fields.KINDS)
def test_important_fields_are_kept_and_may_be_empty(kind):
    names = {field.name for field in fields.important(kind)}
    assert {field.name for field in fields.vital(kind)} <= names
    assert names.isdisjoint({"name", "status"})
    assert all(field.table and field.column != "position" for field in fields.important(kind))
