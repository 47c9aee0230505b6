"""The clock of a running server jumps: a day forward, then back by an hour, then to the truth.

Who is logged in stays so, writes go on, and the feed goes on by the same lines.
"""

import time
import urllib.parse
import urllib.request
from datetime import timedelta
from http.cookiejar import CookieJar

import pytest

from tests.faults.harness import until
from tests.faults.jumping import CLOCK, Clock
from tests.faults.load import load
from tests.people import PASSWORD, email
from tests.web.forms import token_of

_DAY, _HOUR = timedelta(days=1), timedelta(hours=1)
_NEAR_S = 60


@pytest.fixture
def clock(lasting, disk):
    """The clock of the installation, which is started again to look at it, and then without it."""
    clock = Clock(disk / "home" / "clock")
    lasting.stop()
    lasting.environ[CLOCK] = str(clock.file)
    lasting.start()
    yield clock
    lasting.stop()
    del lasting.environ[CLOCK]
    clock.file.unlink()


class Person:
    """Somebody of the cast, at the log-in page and after it."""

    def __init__(self, installation):
        self._at = f"http://127.0.0.1:{installation.port}"
        self._browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(CookieJar()))

    def _ask(self, path, body=None):
        with self._browser.open(self._at + path, body, timeout=30) as answer:
            return answer.url.removeprefix(self._at), answer.read().decode()

    def log_in(self, who):
        _, page = self._ask("/log-in")
        said = {"csrf_token": token_of(page), "email": email(who), "password": PASSWORD}
        self._ask("/log-in", urllib.parse.urlencode(said).encode())
        assert self.is_in()
        return self

    def is_in(self):
        """Whether a page of one's own is answered, and not by the way to the log-in."""
        return self._ask("/account")[0] == "/account"


def believes(installation, ahead):
    """Whether the server's answers carry the time that its clock is put to."""
    told = installation.ask("/api/dispatch").body["now"]
    return abs(told - time.time() - ahead.total_seconds()) < _NEAR_S


def test_a_clock_that_jumps_under_load(clock, installation, turn):
    before = Person(installation).log_in("dana")
    with load(installation) as busy:
        ahead = _later(installation, busy, clock, _DAY, before)
        meanwhile = Person(installation).log_in("rita")
        for back in (_HOUR, _DAY - _HOUR):
            ahead = _later(installation, busy, clock, ahead - back, before, meanwhile)
        print(busy.verdict())
        # nobody's line was cut, and nobody was told that the map is not true
        assert [(each.lines, each.away) for each in busy.listeners] == [(1, 0)] * 2
        assert busy.refusals() == []


def _later(installation, busy, clock, ahead, *people):
    """Put the clock, and see that everybody and everything goes on."""
    clock.put(ahead)
    until(lambda: believes(installation, ahead), f"the server is {ahead} ahead")
    busy.goes_on()
    assert all(person.is_in() for person in people)
    return ahead
