"""The planted secrets by their ids: each is answered as one that was never given, to whoever may
not know of it, for reading and for writing.

And a walk that cannot fail is no good: it finds what each of these queries would tell if it forgot
the policy.
"""

import sys

import pytest
from sqlalchemy import true

from meris.accounts import Policy, Viewer
from meris.db import EVERYTHING
from tests.planted import world
from tests.planted.routes import ELSEWHERE, FEEDS, NOT_SENT, steps
from tests.planted.walking import (
    answers,
    broken,
    differing,
    given_away,
    missing,
    named,
    reading,
)

pytest_plugins = ["tests.planted.walkers"]

#: One of each kind of policy asks for everything; the others try to write.
ALL_OF_IT = ("nobody", "gus", "dana")
WRITES = ("rita", "sam", "ruth", "carol", "otto")

#: A module whose queries forget the policy, the method of `Policy` that they forget, who asks then,
#: and at which addresses.
FORGETFUL = (
    ("meris.snapshot", "condition", "nobody", "/api/map"),
    ("meris.resources.read", "condition", "carol", "/api/resources"),
    ("meris.resources.read", "condition", "carol", "/api/shelters"),
    ("meris.resources.search", "condition", "carol", "/api/search"),
    ("meris.public.open_shelters", "condition", "dana", "/shelters"),
    ("meris.requests.read", "condition", "dana", "/api/requests"),
    ("meris.exports.rows", "condition", "dana", "/api/exports"),
    ("meris.incidents.listing", "incidents", "carol", "/api/incidents"),
    ("meris.areas.found", "condition", "carol", "/api/areas"),
    ("meris.dangers", "areas", "carol", "/api/resources"),
)


@pytest.mark.parametrize("who", ALL_OF_IT + WRITES)
def test_the_id_of_a_secret_is_answered_as_one_that_was_never_given(app, session, walk, plant, who):
    ground = world.ground(session)
    asked = [step for step in steps(app) if step.about]
    if who in WRITES:
        asked = [step for step in asked if step.method != "GET"]
    walker = walk(who)
    for secret in plant(who, ground)():
        hidden = answers(walker, asked, secret.ids)
        # who is turned away at the door is not asked what they wanted
        inside = [step for step in asked if not hidden[step.key].is_at_the_door]
        unknown = named(answers(walker, inside, missing(secret)), missing(secret), secret)
        assert broken(hidden) == []
        assert given_away(hidden, ["plumbago"]) == []
        assert "\n".join(differing(hidden, unknown)) == ""


def forget(monkeypatch, module, method):
    """Make the queries of a module forget a rule of the policy."""
    remembered, times = getattr(Policy, method), []

    def forgetful(self):
        if sys._getframe(1).f_globals["__name__"] != module:
            return remembered(self)
        times.append(1)
        return true()

    monkeypatch.setattr(Policy, method, forgetful)
    return times


def lower_the_second_wall(monkeypatch):
    """The database keeps nothing back: what is hidden is hidden by the queries alone."""
    for one in (Policy, Viewer):
        monkeypatch.setattr(one, "sight", property(lambda self: EVERYTHING))


@pytest.mark.parametrize(("module", "method", "who", "where"), FORGETFUL)
def test_the_walk_finds_what_a_query_without_the_policy_tells(
    app, session, walk, plant, monkeypatch, module, method, who, where
):
    ground = world.ground(session)
    asked = reading(app, where)
    (*_, secret) = plant(who, ground)()
    ids = {**ground.ids, "shelter": secret.ids["shelter"]}
    telltales = ["plumbago", f"#{secret.ids['shelter']}\n"]  # a map has no words
    lower_the_second_wall(monkeypatch)
    assert given_away(answers(walk(who), asked, ids), telltales) == []
    asked_for = forget(monkeypatch, module, method)
    assert given_away(answers(walk(who), asked, ids), telltales) != []
    assert asked_for


@pytest.mark.parametrize(
    ("module", "method", "who", "where"),
    # of requests staff is told that something hidden is there: their reading crosses the wall
    [one for one in FORGETFUL if one[-1] not in ("/api/requests", "/shelters", "/api/shelters")],
)
def test_the_second_wall_holds_where_a_query_forgets_the_policy(
    app, session, walk, plant, monkeypatch, module, method, who, where
):
    ground = world.ground(session)
    asked = reading(app, where)
    (*_, secret) = plant(who, ground)()
    ids = {**ground.ids, "shelter": secret.ids["shelter"]}
    asked_for = forget(monkeypatch, module, method)
    told = given_away(answers(walk(who), asked, ids), ["plumbago", f"#{secret.ids['shelter']}\n"])
    assert told == []
    assert asked_for


def test_every_address_is_walked(app):
    """One that nobody taught the walk raises KeyError."""
    walked = {step.endpoint for step in steps(app)}
    left_out = {
        rule.endpoint
        for rule in app.url_map.iter_rules()
        if rule.endpoint not in walked
        and rule.endpoint.partition(".")[0] not in ELSEWHERE
        and rule.endpoint not in FEEDS | NOT_SENT
    }
    assert left_out == set()
    assert len(walked) > 150
