"""Every address × every role × own and other agency, against the table of who_may.py."""

import os
from collections.abc import Iterator

import pytest
from sqlalchemy import text

from meris.accounts import roles
from meris.accounts.roles import permissions_of
from meris.web.openapi import methods
from tests.intruders import things
from tests.intruders.how_asked import question
from tests.intruders.standing import kept
from tests.intruders.who_may import ROLES, entries

#: Answers without an end, which tests/flows listen to; and what a database that a test works in
#: cannot be: ready to be served.
NOT_ASKED = {"/api/feed", "/api/phone/feed", "/readyz"}
#: Here nothing has been sealed yet, so that there is none to see for who may see them.
NOTHING_YET = {"/audit/roots/<day>"}
#: What somebody who may is answered where there is more to it than the right: it is not the moment
#: for it, or something that is sent cannot be taken.
PAST_THE_DOOR = {409, 422}

DEEP = int(os.environ.get("MERIS_EXAMPLES", "0")) > 100


class World:
    """What is there, who is there, and what each is answered."""

    def __init__(self, standing):
        self.standing, session = standing, standing.session
        self.ids = {agency: things.of(session, agency) for agency in (things.OWN, things.OTHER)}
        accounts = things.staff(session)
        self.clients = {role: standing.client_of(accounts[role]) for role in ROLES}
        self.clients["nobody"] = standing.client("nobody")
        for number, client in enumerate(self.clients.values()):
            # so many log-ins from one address a minute are refused whoever asks
            client.environ_base["REMOTE_ADDR"] = f"10.0.0.{number}"
        self.headers = {role: client.csrf() for role, client in self.clients.items()}
        self.tokens = things.machines(session, accounts["admin"])
        session.commit()

    def ask(self, role, entry, agency, token=None):
        """The answer, and whether anything was changed."""
        asked = question(entry, self.ids[agency])
        client = self.clients["nobody" if token else role]
        headers = {"Authorization": f"Bearer {token}"} if token else self.headers[role]
        with self.standing.undone(), kept(client):
            before = self.last_change()
            answer = client.open(asked.path, method=asked.method, headers=headers, **asked.sent())
            answer.get_data()
            answer.close()
            return answer, self.last_change() != before

    def last_change(self):
        return self.standing.connection.execute(text("SELECT max(id) FROM change")).scalar()


@pytest.fixture(scope="module")
def world(standing):
    with pytest.MonkeyPatch.context() as patch:
        # printing takes seconds and is nobody's right
        patch.setattr("meris.ics.press._pressed", lambda *_: b"%PDF-")
        yield World(standing)


def wrong(entry, may, answer, changed, nobody) -> Iterator[str]:
    """What is not as the table has it."""
    status, at_the_door = answer.status_code, (answer.location or "").startswith("/log-in?next=")
    if may:
        none = status == 404 and entry.route in NOTHING_YET
        if (status >= 400 and status not in PAST_THE_DOOR and not none) or at_the_door:
            yield f"may and is refused: {status} {words(answer)}"
        elif entry.otherwise in ("said", "kept") and not changed:
            yield f"may and nothing is done: {status} {words(answer)}"
        return
    if changed:
        yield f"may not, and changed something: {status}"
    if nobody:
        home = entry.otherwise == "home" and answer.location in ("/", "/log-in")
        good = status in (401, 403, 404) or at_the_door or home
    else:
        # who is turned away at the door is not asked what they wanted
        good = status in REFUSALS[entry.otherwise] or (
            status == 403 and AT_THE_DOOR in answer.get_data(as_text=True)
        )
    if not good:
        yield f"may not, and is answered {status}: {words(answer)}"


def differs(entry):
    """Whether it is asked of another agency's too. Where all of the staff reads either, own is
    enough: tests/flows/test_planted_ids.py asks for what is hidden."""
    return entry.thing and (entry.method != "GET" or entry.own != entry.others)


REFUSALS = {
    "403": {403},
    "404": {404},
    "said": {200, 302, 303, 403, 409, 422},
    "kept": {200},
}


AT_THE_DOOR = "Your account may not open this page."


def words(answer):
    return " ".join(answer.get_data(as_text=True).split())[-200:]


def test_the_table_has_every_address_and_no_other(app):
    there = {(m, rule.rule) for rule in app.url_map.iter_rules() for m in methods(rule)}
    written = {(entry.method, entry.route) for entry in entries()}
    assert there - written == set(), "say in who_may.py who may"
    assert written - there == set(), "there is no such address any more"


def asked_by(role, token=False):
    """The lines that somebody asks about, of which agency, and whether they may.

    A plain run asks everybody who may not; of those who may, one in turn, and of the tokens one in
    turn. A deep run leaves nothing out. The public tries everything.
    """
    for number, entry in enumerate(entries()):
        if entry.route in NOT_ASKED or (token and not entry.route.startswith("/api/")):
            continue
        for agency, listed in ((things.OWN, entry.own), (things.OTHER, entry.others)):
            if agency == things.OTHER and not differs(entry):
                continue
            may = role in listed and not (token and entry.people_only)
            if DEEP or role in turn(number, listed, may, token):
                yield entry, agency, may


def turn(number, listed, may, token):
    """Who asks a line in a plain run."""
    if token:
        return (things.MACHINES[number % len(things.MACHINES)],)
    if not may:
        return (*ROLES, "nobody")
    able = [role for role in ROLES if role in listed]
    return (able[number % len(able)], "nobody") if able else ("nobody",)


def findings(world, role, token=None, within=""):
    """What is not as the table has it, line by line; of the addresses that begin so."""
    for entry, agency, may in asked_by(role, token is not None):
        if not entry.route.startswith(within):
            continue
        answer, changed = world.ask(role, entry, agency, token)
        for problem in wrong(entry, may, answer, changed, role == "nobody"):
            yield f"{entry.method} {entry.route} {entry.thing} of {agency}: {problem}"


@pytest.mark.parametrize("role", ["nobody", *ROLES])
def test_each_role_may_do_what_the_table_says_and_nothing_else(world, role):
    if found := list(findings(world, role)):
        pytest.fail("\n".join(found), pytrace=False)


@pytest.mark.parametrize("role", things.MACHINES)
def test_a_token_may_do_what_its_role_may_and_nothing_of_a_person(world, role):
    if found := list(findings(world, role, world.tokens[role])):
        pytest.fail("\n".join(found), pytrace=False)


def test_a_token_opens_no_page(world):
    """Pages go by the browser's cookie alone."""
    for entry in entries():
        if entry.route.startswith("/api/") or entry.route in NOT_ASKED or "nobody" in entry.own:
            continue
        answer, changed = world.ask("nobody", entry, things.OWN, world.tokens["state"])
        assert not changed, entry
        # the check for forged requests comes before the door
        if answer.status_code != 400:
            assert not list(wrong(entry, False, answer, changed, True)), entry


def test_the_walk_finds_a_door_that_stands_open(world, monkeypatch):
    """A test that cannot fail is none: one permission too many, and it is told."""
    forgetful = frozenset({*permissions_of("reader"), "dispatch", "edit_own"})
    rules = {**roles._RULES, "reader": roles._RULES["reader"]._replace(may=forgetful)}
    monkeypatch.setattr(roles, "_RULES", rules)
    found = "\n".join(
        line
        for within in ("/api/incidents", "/api/res")
        for line in findings(world, "reader", within=within)
    )
    assert "POST /api/incidents  of Boone County OEM: may not, and changed something" in found
    assert "PATCH /api/resources/<int:resource_id> unit of Boone" in found
    assert "PATCH /api/resources/<int:resource_id> unit of Greene" not in found
