"""Files whose rows look like something: sent, checked, and looked at, as tests do it."""

from sqlalchemy import select

from meris import uploads
from meris.fields import Home
from meris.tables import Resource
from meris.uploads import Decisions, review, same
from tests import makers
from tests.rules.sending import CAROL
from tests.rules.tables_of_text import csv_bytes

GYM = {
    "name": "North Gym",
    "external_id": "S12",
    "address_line1": "100 Oak Street",
    "city": "Columbia",
    "contact_phone": "(573) 555-0100",
}
AT_THE_GYM = "38.95171 | -92.33407"
#: 35 m to the north of it
NEXT_DOOR = "38.952025 | -92.33407"
HEADERS = "external_id | name | address | city | latitude | longitude | phone | status"


def table(*rows):
    """Rows of shelters: `ID | name | address | city | lat | lon | phone`."""
    return "\n".join([HEADERS, *(f"{row} | open" for row in rows)])


def check(session, content, kind="shelter", agency_id=None):
    """Send a file and have it checked; its number."""
    received = uploads.receive(
        session,
        CAROL,
        agency_id=agency_id or makers.agency(session),
        kind=kind,
        filename="list.csv",
        content=csv_bytes(content),
    )
    again(session, received.upload_id)
    return received.upload_id


def again(session, upload_id):
    review.review(session, CAROL, upload_id, Home.of(), Decisions())
    session.expire_all()


def fates(session, upload_id):
    return uploads.find(session, upload_id).summary["fates"]


def apply(session, upload_id, **options):
    review.apply_reviewed(session, CAROL, upload_id, Home.of(), **options)
    session.expire_all()


def reasons(session, content, **of):
    """Why the rows of a file look like something."""
    return [pair.reasons for pair in same.pairs(session, check(session, content, **of))]


def names(session):
    return sorted(session.scalars(select(Resource.name)))
