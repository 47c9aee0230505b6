"""What a file does not list: never deleted, marked only by a person, taken back by any news."""

import pytest

from meris import resources, uploads
from meris.accounts import Viewer
from meris.errors import Conflict
from meris.fields import Home
from meris.tables import Resource
from meris.uploads import Decisions, absent, review
from tests import makers
from tests.rules.sending import CAROL, THREE, send, shelter
from tests.rules.test_upload_keep import checked

ONE = """
    external_id | name      | status | latitude | longitude
    A-1         | North Gym | open   | 38.95171 | -92.33407
"""


def names(session, upload_id):
    return [one.name for one in absent.listed(session, upload_id)]


def applied(session, table, **given):
    upload = checked(session, table, **given)
    review.apply_reviewed(session, CAROL, upload.id, Home.of(), only_valid=True)
    session.expire_all()
    return upload.id


def test_what_a_file_does_not_list_stays_and_is_named(session):
    send(session, THREE)
    upload = checked(session, ONE)
    assert names(session, upload.id) == ["South Hall", "East School"]
    assert upload.summary["absent"] == absent.count(session, upload.id) == 2
    assert session.query(Resource).count() == 3


def test_a_row_with_an_error_is_in_the_file_all_the_same(session):
    send(session, THREE)
    table = (
        ONE
        + """
        A-2 | Other name | Opn    | 38.95 | -92.33
            | east school | Clsd  | 38.95 | -92.33
    """
    )
    assert names(session, checked(session, table).id) == []


def test_a_file_of_which_nothing_can_be_used_says_nothing_of_what_it_lacks(session):
    send(session, THREE)
    assert absent.count(session, checked(session, ONE.replace("open", "Opn")).id) == 0


def test_other_agencies_and_kinds_are_not_missed(session):
    makers.shelter(session, agency_id=makers.agency(session, "Greene County OEM"))
    makers.unit(session)
    assert absent.count(session, checked(session, ONE).id) == 0


def test_a_regions_file_for_one_county_says_nothing_of_the_others(session):
    region = makers.agency(session, "Region F", kind="ngo")
    makers.shelter(session, agency_id=region, name="In Boone")
    makers.shelter(session, agency_id=region, name="In Greene", county_fips="29077")
    upload = checked(session, ONE, agency_id=region)
    assert names(session, upload.id) == ["In Boone"]


def test_marking_makes_stale_at_once_and_undo_takes_it_back(session):
    send(session, THREE)
    upload_id = applied(session, ONE)
    assert absent.mark(session, CAROL, upload_id) == 2
    session.expire_all()
    south = shelter(session, "A-2")
    assert south.unreported_at is not None
    dana = Viewer("Dana", None, None, None, frozenset({"dispatcher"}))
    told = resources.detail(session, dana, south.id)
    assert told["stale_at"] == told["unreported_at"] == south.unreported_at.isoformat()
    assert absent.mark(session, CAROL, upload_id) == 0
    uploads.undo(session, CAROL, upload_id)
    session.expire_all()
    assert shelter(session, "A-2").unreported_at is None


def test_only_those_chosen_are_marked(session):
    send(session, THREE)
    upload_id = applied(session, ONE)
    listed = shelter(session, "A-1").id
    assert absent.mark(session, CAROL, upload_id, [shelter(session, "A-2").id, listed]) == 1
    session.expire_all()
    assert shelter(session, "A-1").unreported_at is None
    assert shelter(session, "A-3").unreported_at is None


def test_nothing_is_marked_before_the_file_is_applied(session):
    send(session, THREE)
    with pytest.raises(Conflict, match="Apply it first"):
        absent.mark(session, CAROL, checked(session, ONE).id)


@pytest.mark.parametrize("news", ["a file", "a confirmation", "an edit of its part"])
def test_any_news_reports_it_again(session, news):
    send(session, THREE)
    absent.mark(session, CAROL, applied(session, ONE))
    session.expire_all()
    south = shelter(session, "A-2")
    dana = Viewer("Dana", None, None, None, frozenset({"dispatcher"}))
    if news == "a file":
        _, done = send(session, THREE)
        assert (done.outcome.confirmed, done.outcome.unchanged) == (2, 1)
    elif news == "a confirmation":
        resources.confirm(session, dana, south.id, version=south.version)
    else:
        edited = {"version": south.version, "values": {"kitchen": "yes"}, "home": Home.of()}
        resources.change(session, dana, south.id, **edited)
    session.expire_all()
    assert shelter(session, "A-2").unreported_at is None


def test_what_a_later_file_lists_is_not_marked_for_an_earlier_one(session):
    send(session, THREE)
    upload_id = applied(session, ONE)
    applied(session, THREE)
    assert names(session, upload_id) == []
    assert absent.mark(session, CAROL, upload_id) == 0


def test_the_sites_of_a_supply_file_are_known_by_their_lines(session):
    table = """
        site  | item | qty | unit
        Cache | Cots | 40  | each
        Depot | Cots | 5   | each
    """
    send(session, table, "supply")
    upload = checked(session, table.replace("        Depot | Cots | 5   | each\n", ""), "supply")
    assert names(session, upload.id) == ["Depot"]
    assert Decisions() == review.decisions_of(upload)
