"""The API against its own document, by schemathesis: whatever is sent that the document allows, or
does not, the answer is none of our faults and is as the document says.

MERIS_EXAMPLES=1000 sends so many examples to each operation as each person; a plain run few.
"""

import os
from collections.abc import Iterator

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode
from schemathesis.checks import CHECKS, load_all_checks

from tests.intruders.standing import kept
from tests.planted.routes import _IDS, ARGUMENTS

#: Answers without an end; tests/flows listen to them.
ENDLESS = {"/api/feed", "/api/phone/feed"}
#: So many examples of each operation in a plain run: of what the document allows, and of what not.
FEW = {"ada": 2, "dana": 1, "nobody": 1}
HELD_TO = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_headers_conformance",
    "response_schema_conformance",
)
MODES = (GenerationMode.POSITIVE, GenerationMode.NEGATIVE)


@pytest.fixture(scope="module")
def operations(standing):
    load_all_checks()
    document = schemathesis.openapi.from_wsgi("/api/openapi.json", standing.app)
    found = [result.ok() for result in document.get_all_operations()]
    return [one for one in found if one.path not in ENDLESS]


def lifelike(value, ids, wanted):
    """The value with ids of what is there, so that more than the first rule is tried."""
    if isinstance(value, dict):
        return {
            name: ids[_IDS[name]] if _IDS.get(name) in ids and wanted(name) else
            lifelike(member, ids, wanted)
            for name, member in value.items()
        }  # fmt: skip
    if isinstance(value, list):
        return [lifelike(member, ids, wanted) for member in value]
    return value


class Sender:
    """Somebody who sends what is drawn, and keeps what was wrong with the answers."""

    def __init__(self, standing, who, ids):
        self.standing, self.ids, self.client = standing, ids, standing.client(who)
        self.headers = {**self.client.csrf(), "Accept-Encoding": "identity"}
        self.checks = [CHECKS.get_one(name) for name in HELD_TO]
        self.found = {}
        self.sent = 0

    def send(self, case, choose):
        for name in case.path_parameters or {}:
            named = {"site_id": "supply"}.get(name) or ARGUMENTS.get(name)
            if named in self.ids and choose(name):
                case.path_parameters[name] = self.ids[named]
        if isinstance(case.body, dict | list):
            case.body = lifelike(case.body, self.ids, choose)
        self.sent += 1
        with self.standing.undone(), kept(self.client):
            cookies = {"meris": self.client.get_cookie("meris").value}
            for problem in self.problems(case, cookies):
                told = case.as_curl_command()[:300]
                self.found.setdefault(f"{case.operation.label}: {problem}", told)

    def problems(self, case, cookies) -> Iterator[str]:
        try:
            response = case.call(headers=self.headers, cookies=cookies)
        except Exception as fault:  # noqa: BLE001  # a test's application lets its faults through
            yield f"{type(fault).__name__}: {fault}"[:300]
            return
        try:
            case.validate_response(response, checks=self.checks)
        except BaseExceptionGroup as group:
            yield from (f"{response.status_code} {one}"[:400] for one in group.exceptions)


def examples_of(who):
    return int(os.environ.get("MERIS_EXAMPLES", FEW[who]))


@pytest.mark.parametrize("who", FEW)
def test_whatever_is_sent_the_answer_is_as_the_document_says(standing, operations, ids, who):
    sender = Sender(standing, who, ids)
    drawing = settings(
        max_examples=examples_of(who),
        derandomize=True,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    for operation in operations:
        for mode in MODES:
            _draw(operation, mode, drawing, sender)
    assert sender.sent >= len(operations)
    if sender.found:
        lines = (f"{problem}\n    {how}" for problem, how in sender.found.items())
        pytest.fail("\n".join(lines), pytrace=False)


def _draw(operation, mode, drawing, sender):
    @drawing
    @given(operation.as_strategy(generation_mode=mode), st.randoms(use_true_random=False))
    def one(case, random):
        sender.send(case, lambda _: random.random() < 0.75)

    try:
        one()
    except Unsatisfiable:
        # an address without arguments, question or body cannot be asked wrongly
        assert mode is GenerationMode.NEGATIVE
        assert not list(operation.iter_parameters())
