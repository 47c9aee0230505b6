"""Sending a spreadsheet through, as tests do it, and looking at what came of it."""

from pathlib import Path

from sqlalchemy import func, select

from meris import uploads
from meris.db import Actor
from meris.fields import Home
from meris.tables import Change, Resource
from meris.uploads import Decisions
from tests import makers
from tests.rules.tables_of_text import csv_bytes

FIXTURES = Path(__file__).parents[2] / "fixtures"
CAROL = Actor(None, None, "Carol")
VALID_ONLY = Decisions(only_valid=True)

THREE = """
    external_id | name        | status | evacuation_capacity | latitude | longitude | city
    A-1         | North Gym   | open   | 200                 | 38.95171 | -92.33407 | Columbia
    A-2         | South Hall  | closed | 100                 | 38.91111 | -92.30222 | Columbia
    A-3         | East School | alert  |                     |          |           | Hallsville
"""


def send(session, table, kind="shelter", decisions=None, agency_id=None, filename="list.csv"):
    """Receive and apply a table; returns the upload's id and what was done."""
    content = table if isinstance(table, bytes) else csv_bytes(table)
    agency_id = agency_id or makers.agency(session)
    received = uploads.receive(
        session, CAROL, agency_id=agency_id, kind=kind, filename=filename, content=content
    )
    done = uploads.apply(session, CAROL, received.upload_id, Home.of(), decisions or Decisions())
    session.expire_all()
    return received.upload_id, done


def shelter(session, external_id):
    return session.scalars(select(Resource).where(Resource.external_id == external_id)).one()


def journal(session, upload_id):
    return session.scalar(select(func.count()).where(Change.upload_id == upload_id))
