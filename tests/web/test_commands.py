"""POST /api/command: it answers whatever is typed, and changes nothing."""

from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from meris.commands import FORMS
from meris.commands.slots import PHRASES
from meris.commands.tokens import tokens
from meris.fields import Home
from meris.tables import Change, Incident
from tests.rules import commanding

_JOINTS = ["at", "to", "for", "near", "within", "with", "note", "all", "and", ",", ":", ";", "#"]
_JOINTS += ["#1", "p1", "e12", "E-12", "12", "2026-000012", "25:99"]
_WORDS = sorted(
    {word for form in FORMS for line, _ in form.examples for word in line.split()}
    | {title for phrases in PHRASES.values() for title in list(phrases.titles)[:8]}
    | set(_JOINTS)
)
#: What people type, what they half type, and what nobody would.
LINES = st.one_of(
    st.text(max_size=60),
    st.lists(st.sampled_from(_WORDS), max_size=12).map(" ".join),
    st.sampled_from([line for form in FORMS for line, _ in form.examples]).flatmap(
        lambda line: st.integers(0, len(line)).map(lambda at: line[:at])
    ),
)
_OFTEN = settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@pytest.fixture
def stage(session, cast):
    return commanding.build(session, cast, Home.of())


class Still:
    """A clock that stands: `in 20 min` means the same twice."""

    at = datetime.now(UTC)

    @classmethod
    def now(cls, _zone):
        return cls.at


@pytest.fixture
def still(monkeypatch):
    monkeypatch.setattr("meris.commands.world.datetime", Still)


@pytest.fixture
def ask(client, session, stage):
    client.sign_in(session, "dana")
    headers = client.csrf()

    def post(body):
        return client.post("/api/command", json=body, headers=headers)

    return post


def test_a_line_is_answered_with_the_call_that_does_it(ask, stage):
    context = {"incident": stage.ids["fire"], "center": {"lat": 37.1, "lon": -94.5}}
    answer = ask({"text": "send e12", "context": context}).json
    assert answer["complete"]
    assert answer["action"]["url"] == f"/api/incidents/{stage.ids['fire']}/assignments"
    assert answer["actions"] == [answer["action"]]


def test_what_is_answered_can_be_done(ask, stage, client):
    answer = ask({"text": "sf carthage"}).json["action"]
    done = client.post(answer["url"], json=answer["body"], headers=client.csrf())
    assert done.status_code == 201, done.json
    assert done.json["incident"]["type"] == "structure_fire"


def test_an_empty_line_is_told_what_can_be_typed(ask):
    assert [entry["intent"] for entry in ask({"text": " ? "}).json["help"]] == [
        form.intent for form in FORMS
    ]
    assert ask({"text": "joplin"}).json["help"] == []


@pytest.mark.parametrize("body", [{}, {"text": 5}, {"text": None}, [], {"text": "x" * 4001}])
def test_what_is_no_line_is_refused_in_words(ask, body):
    answer = ask(body)
    assert answer.status_code == 422
    assert answer.json["message"]


@pytest.mark.parametrize(
    "hint",
    [
        None,
        5,
        [],
        {"incident": "1"},
        {"incident": True},
        {"incident": 2**63},
        {"incident": -1},
        {"center": 5},
        {"center": {"lat": 900, "lon": None}},
        {"center": {"lat": "x", "lon": []}},
        {"unit": 999_999_999},
    ],
)
def test_a_hint_that_is_none_is_passed_over(ask, hint):
    assert ask({"text": "log smoke", "context": hint}).status_code == 200


def test_the_public_is_asked_to_log_in(client):
    assert client.post("/api/command", json={"text": "sf joplin"}).status_code == 401


@_OFTEN
@given(line=LINES)
def test_whatever_is_typed_is_answered_alike_and_changes_nothing(ask, session, stage, still, line):
    context = {"incident": stage.ids["fire"], "center": {"lat": 37.1, "lon": -94.5}}
    before = session.scalar(select(func.count()).select_from(Change))
    answers = [ask({"text": line, "context": context}) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [200, 200], answers[0].json
    assert answers[0].json == answers[1].json
    assert session.scalar(select(func.count()).select_from(Change)) == before
    assert session.scalar(select(func.count()).select_from(Incident)) == 2


@_OFTEN
@given(line=LINES)
def test_every_completion_leads_on(stage, line):
    """Every word of a line that is offered is read; the line itself is another one.

    A word put in the place of another gets farther than that; what follows may be wrong as well.
    """
    answer = stage.type(line)
    for offer in answer.completions:
        assert offer["text"].strip() != line.strip()
        is_mended = offer["about"].startswith("instead of")
        least = answer.reach + 1 if is_mended else len(tokens(offer["text"]))
        reach = stage.type(offer["text"]).reach
        # the failed line itself says enough; all of what was understood is long
        assert (line, offer["text"], reach) >= (line, offer["text"], least)


#: A fire from the first word to the last, typed; each line needs those before it.
_A_FIRE = (
    "reserve e14 20 min",
    "send e12 l3",
    "send e14",
    "all en route",
    "m7 os",
    "e12 on scene",
    "par m7",
    "silence m7 5 min",
    "log smoke showing",
    "p2",
    "need 1 type 3 engine",
    "hazard 1 mile around Joplin",
    "cancel l3 because not needed",
    "card",
    "m7 transporting to Mercy Hospital",
    "release m7 returning",
    "under control",
    "e12 oos because hose burst",
    "close completed note all units back",
    "reopen 12 because rekindled",
    "sf webb city p3 caller Ann Lee 417 555 0100",
)


def test_a_fire_is_worked_by_typing_alone(ask, stage, client):
    context = {"incident": stage.ids["fire"], "center": {"lat": 37.1, "lon": -94.5}}
    for line in _A_FIRE:
        answer = ask({"text": line, "context": context}).json
        assert answer["complete"], (line, answer["problems"])
        assert answer["actions"], line
        for number, action in enumerate(answer["actions"]):
            call = getattr(client, action["method"].lower())
            body = action["body"] | {"key": f"{line}-{number}"[:64]}
            done = call(action["url"], json=body, headers=client.csrf())
            assert done.status_code < 300, (line, action, done.json)
