"""A screen on the wall stays logged in for long, by an account that only reads."""

from datetime import timedelta

import pytest
from sqlalchemy import text

from meris.accounts import sign_ins
from tests.people import account


@pytest.mark.parametrize(
    ("roles", "days", "lasts"),
    [(("reader",), 29, True), (("reader",), 31, False), (("reader", "dispatcher"), 2, False)],
)
def test_only_an_account_that_merely_reads_stays_logged_in_for_long(session, roles, days, lasts):
    person = account(session, "stella")
    session.execute(text("DELETE FROM account_role WHERE account_id = :id"), {"id": person.id})
    session.execute(
        text(
            "INSERT INTO account_role (account_id, role_id)"
            " SELECT :id, id FROM role WHERE name = ANY(:roles)"
        ),
        {"id": person.id, "roles": list(roles)},
    )
    token = sign_ins.start(session, person.id)
    session.execute(
        text("UPDATE sign_in SET created_at = now() - make_interval(days => :days)"),
        {"days": days},
    )
    limits = sign_ins.Limits(timedelta(hours=12), timedelta(hours=24), timedelta(days=30))
    assert (sign_ins.find(session, token, limits) is not None) is lasts
    sign_ins.prune(session, limits)
    assert bool(session.scalar(text("SELECT count(*) FROM sign_in"))) is lasts
