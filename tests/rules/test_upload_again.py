"""The second time: what was decided is remembered, MERIS's own files come back as they went, and
uploads are undone in any order."""

from io import BytesIO

from sqlalchemy import select

from meris import exports, uploads
from meris.accounts import Viewer
from meris.db import Actor, name_actor
from meris.fields import Home
from meris.tables import Account, HeaderMapping, Resource
from meris.uploads import Choices, Corrections, Decisions, review
from tests import makers
from tests.rules.sending import CAROL, THREE, send, shelter
from tests.rules.test_upload_keep import checked

WORDS = """
    external_id | name      | how is it | city
    A-1         | North Gym | offen     | Columbia
"""
DECIDED = Decisions(
    confirmed={"how is it": "status"},
    constants={"evacuation_capacity": "40"},
    choices=Choices(repairs=frozenset({"sign"})),
    corrections=Corrections({"how is it": {"offen": "open"}}, {2: {"city": "Hallsville"}}),
)


def test_what_was_decided_holds_for_the_next_file_and_says_whose_it_was(session, cast):
    dana = cast.account("dana")
    session.execute(Account.__table__.update().values(agency_id=None))
    upload = checked(session, WORDS, decisions=DECIDED)
    review.apply_reviewed(session, Viewer("Dana", dana.id).actor, upload.id, Home.of())
    again = checked(session, WORDS.replace("North Gym", "North Gym "))
    assert again.summary["fates"] == {"changed": 1}
    taken = review.decisions_of(again)
    assert taken.confirmed["how is it"] == "status"
    assert (taken.constants, taken.choices) == (DECIDED.constants, DECIDED.choices)
    assert taken.corrections == Corrections({"how is it": {"offen": "open"}})
    assert again.summary["remembered"]["by"] == "Dana"
    assert again.summary["remembered"]["what"] == ["columns", "values", "repairs", "words"]


def test_a_file_with_a_few_other_columns_is_read_as_the_last_one(session):
    upload = checked(session, WORDS, decisions=DECIDED)
    review.apply_reviewed(session, CAROL, upload.id, Home.of())
    header, _, rows = WORDS.strip().partition("\n")
    changed = f"{header} | Phone\n{rows} | 573-555-0100"
    again = checked(session, changed)
    assert review.decisions_of(again).confirmed["how is it"] == "status"
    assert again.summary["remembered"]["new"] == ["Phone"]
    phone = next(c for c in again.summary["columns"] if c["label"] == "Phone")
    assert (phone["field"], phone["how"]) == ("contact_phone", "synonym")


def test_what_is_taken_back_is_not_taken_over_again(session):
    upload = checked(session, WORDS, decisions=DECIDED)
    review.apply_reviewed(session, CAROL, upload.id, Home.of())
    again = checked(session, WORDS)
    fewer = Decisions(confirmed={"how is it": "status"})
    again = review.review(session, CAROL, again.id, Home.of(), fewer)
    assert review.decisions_of(again) == fewer
    assert again.summary["fates"] == {"refused": 1}
    assert again.summary["remembered"]["what"]


def test_the_same_decisions_again_are_no_news(session):
    times = []
    for _ in range(2):
        upload = checked(session, WORDS, decisions=DECIDED)
        review.apply_reviewed(session, CAROL, upload.id, Home.of())
        session.expire_all()
        times += session.scalars(select(HeaderMapping.updated_at)).all()
    assert times[0] == times[1]


def test_a_file_that_needed_no_decision_leaves_none(session):
    send(session, THREE)
    assert session.scalars(select(HeaderMapping)).all() == []


def exported(session, agency_id, kind):
    viewer = Viewer("Carol", None, agency_id, None, frozenset({"county_editor"}))
    file = BytesIO()
    exports.write(session, viewer, exports.Asked(kind, agency_id=agency_id), "csv", file, Home.of())
    return file.getvalue()


def test_undo_in_any_order_restores_the_export_byte_by_byte(session):
    agency_id = makers.agency(session)
    states = []
    sent = []
    for table in (
        THREE,
        THREE.replace("200", "210").replace("open", "full"),
        "external_id | name | status\nA-2 | South Hall | open\nA-9 | Barn | open",
    ):
        states.append(exported(session, agency_id, "shelter"))
        sent.append(send(session, table, agency_id=agency_id)[0])
    for upload_id, before in zip(reversed(sent), reversed(states), strict=True):
        undone = uploads.undo(session, CAROL, upload_id)
        session.expire_all()
        assert undone.left == ()
        assert exported(session, agency_id, "shelter") == before


def test_an_earlier_upload_leaves_what_a_later_one_changed(session):
    first, _ = send(session, THREE)
    send(session, THREE.replace("open", "full"))
    told = uploads.touched_since(session, first)
    assert [one.name for one in told] == ["North Gym"]
    assert uploads.undo(session, CAROL, first).left == told
    session.expire_all()
    assert [r.name for r in session.scalars(select(Resource))] == ["North Gym"]


def test_what_is_edited_and_then_shown_to_everybody_is_not_removed(session):
    upload_id, _ = send(session, THREE)
    name_actor(session, Actor(None, None, "Dana"))
    session.execute(Resource.__table__.update().values(notes="a key is next door"))
    assert review.publish(session, CAROL, upload_id) == 3
    assert {one.touched_by for one in uploads.touched_since(session, upload_id)} == {"Dana"}


def test_a_record_is_known_by_the_number_meris_gave_it(session):
    send(session, THREE.replace("A-1", "   "))
    north = session.scalars(select(Resource).where(Resource.name == "North Gym")).one()
    table = f"meris id | name | address | status\n{north.id} | North Gym | 9 Elm St | full"
    _, done = send(session, table)
    assert done.outcome.changed == 1
    session.expire_all()
    assert (north.address_line1, north.status) == ("9 Elm St", "full")


def test_a_number_from_elsewhere_hits_nobody(session):
    send(session, THREE)
    south = shelter(session, "A-2")
    table = f"meris id | external_id | name | status\n{south.id} | Z-7 | Arena | open"
    _, done = send(session, table)
    assert (done.outcome.new, done.outcome.changed) == (1, 0)


def test_rounding_is_no_move(session):
    send(session, THREE)
    place = shelter(session, "A-1").position
    _, done = send(session, THREE.replace("38.95171", "38.9517100004"))
    assert done.outcome.unchanged == 3
    assert shelter(session, "A-1").position == place


def test_a_site_without_stock_is_a_row_of_its_own(session):
    table = """
        site  | item | qty | unit | city
        Cache | Cots | 40  | each | Columbia
        Depot |      |     |      | Columbia
    """
    upload = checked(session, table, "supply")
    assert upload.summary["fates"] == {"new": 2}
    review.apply_reviewed(session, CAROL, upload.id, Home.of())
    outcome = upload.summary["outcome"]
    assert (outcome["new"], outcome["lines_new"]) == (2, 1)
    again = checked(session, table, "supply")
    assert again.summary["fates"] == {"unchanged": 2}
    assert again.summary["absent"] == 0
