"""Clocks that jump, and two that differ: what was said by a clock ahead of ours."""

from datetime import UTC, datetime, timedelta

from itsdangerous import TimestampSigner
from sqlalchemy import update

from meris.dispatch.assignments import assign
from meris.dispatch.moves import move
from meris.tables import Assignment
from tests import makers


def test_a_cookie_of_a_clock_ahead_is_good(client, session, monkeypatch):
    """Two servers, or one whose clock was put back: who logged in meanwhile stays so."""
    now = TimestampSigner.get_timestamp
    monkeypatch.setattr(TimestampSigner, "get_timestamp", lambda self: now(self) + 300)
    client.sign_in(session, "dana")
    monkeypatch.undo()
    assert client.get("/account").status_code == 200


def test_a_cookie_of_long_ago_is_not(client, session, monkeypatch):
    now = TimestampSigner.get_timestamp
    monkeypatch.setattr(TimestampSigner, "get_timestamp", lambda self: now(self) - 40 * 86_400)
    client.sign_in(session, "dana")
    monkeypatch.undo()
    assert client.get("/account").status_code == 302


def test_a_unit_is_let_go_although_it_was_sent_by_a_clock_ahead(session, dana):
    unit, incident = makers.unit(session), makers.incident(session)
    (sent,) = assign(session, dana, incident, [unit])
    ahead = datetime.now(UTC) + timedelta(hours=1)
    session.execute(update(Assignment).where(Assignment.id == sent.id).values(status_at=ahead))
    session.expire_all()
    assert move(session, dana, sent.id, status="released").outcome == "moved"
