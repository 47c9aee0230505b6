"""The planted secrets: every address, asked by everybody, tells nobody what is not theirs to know.

A secret is hidden when no answer holds its words or numbers, and when every answer is the same as
before the secret was planted: totals, lists, maps, files. `tests/planted` has the world, the
addresses and the walk; test_planted_ids.py asks for the secrets by their ids, and shows that the
walk finds what a query forgets to hide.
"""

import pytest

from tests.planted import world
from tests.planted.walking import answers, broken, differing, given_away, reading

pytest_plugins = ["tests.planted.walkers"]

#: Each kind of policy: the public; staff of the very agency who may not know of its secrets; who
#: may know those of their own agency only, and dispatches.
COMPARED = ("nobody", "gus", "dana")
#: The other roles, whose policies are among those and whose doors are not.
LOOKED_AT = ("rita", "sam", "ruth", "carol", "otto")


def words_of(who):
    """What nobody may be told; the public not of what is only restricted either."""
    return ["plumbago", *(["wyvering", *world.giveaways("x")[1:]] if who == "nobody" else [])]


@pytest.mark.parametrize("who", COMPARED)
def test_no_address_tells_of_a_secret_or_counts_it(app, session, walk, plant, who):
    ground = world.ground(session)
    asked, secrets = reading(app), plant(who, ground)
    before = answers(walk(who), asked, ground.ids)
    secrets()
    after = answers(walk(who), asked, ground.ids)
    assert broken(after) == []
    assert given_away(after, words_of(who)) == []
    assert differing(before, after) == []


@pytest.mark.parametrize("who", LOOKED_AT)
def test_no_address_tells_another_role_of_a_secret(app, session, walk, plant, who):
    ground = world.ground(session)
    (*_, secret) = plant(who, ground)()
    world.cross(session, secret, ground)
    found = answers(walk(who), reading(app), ground.ids)
    assert broken(found) == []
    assert given_away(found, words_of(who)) == []


def test_who_may_know_of_it_is_told_so_the_walk_can_see(app, session, walk):
    secret = world.plant(session, "Plumbago", "confidential", beside=world.ground(session))
    found = answers(walk("stella"), reading(app), secret.ids)
    assert broken(found) == []
    assert len(given_away(found, ["plumbago"])) > 40
