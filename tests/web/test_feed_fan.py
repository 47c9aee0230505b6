"""Feeds by one thread: what is told to whom, when one of them takes nothing, and how lines end."""

import socket
import threading
import time

import pytest

from meris.accounts import PUBLIC
from meris.changes import Cursor
from meris.feed import Hub, Mailbox
from meris.web import fan as module
from meris.web.fan import Fan, HandOver

CURSOR = Cursor("abc", "1:1:")
FAR: list[socket.socket] = []
#: More than a socket's buffers hold.
BIG = b"x" * 1_000_000


@pytest.fixture
def fan(database, far_ends):
    fan = Fan(Hub(database))
    yield fan
    for end in far_ends:
        end.close()
    wait_until(lambda: fan.lines == 0)


@pytest.fixture(autouse=True)
def far_ends():
    """The far ends of a test's lines, closed when it is over."""
    FAR.clear()
    return FAR


def pair():
    near, far = socket.socketpair()
    far.settimeout(10)
    FAR.append(far)
    return near, far


def opened(fan, is_good=None):
    """A mailbox, and the far end of its line."""
    near, far = pair()
    mailbox = Mailbox(PUBLIC.policy)
    fan.adopt(near, HandOver(mailbox, is_good))
    return mailbox, far


def read(far, until):
    """Everything up to and with these bytes."""
    data = b""
    while not data.endswith(until):
        piece = far.recv(65536)
        assert piece, data[-100:]
        data += piece
    return data


def wait_until(true):
    deadline = time.monotonic() + 10
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_everybody_is_told_in_turn_and_nobody_takes_a_thread(fan):
    before = threading.active_count()
    lines = [opened(fan) for _ in range(50)]
    for parcel in (b"one\n\n", b"two\n\n"):
        for mailbox, _ in lines:
            mailbox.put(parcel, CURSOR)
    told = {read(far, b"two\n\n\r\n") for _, far in lines}
    assert told == {b"5\r\none\n\n\r\n5\r\ntwo\n\n\r\n"}
    assert threading.active_count() <= before + 2


def test_what_came_before_the_line_was_handed_over_is_told(fan):
    near, far = pair()
    mailbox = Mailbox(PUBLIC.policy)
    mailbox.put(b"early\n\n", CURSOR)
    fan.adopt(near, HandOver(mailbox))
    assert read(far, b"early\n\n\r\n") == b"7\r\nearly\n\n\r\n"


def test_one_who_takes_nothing_holds_nobody_up_and_has_all_when_he_does(fan):
    stalled, far = opened(fan)
    other, near = opened(fan)
    stalled.put(BIG, CURSOR)
    stalled.put(b"after\n\n", CURSOR)
    other.put(b"news\n\n", CURSOR)
    assert read(near, b"news\n\n\r\n") == b"6\r\nnews\n\n\r\n"
    assert read(far, b"after\n\n\r\n") == b"f4240\r\n" + BIG + b"\r\n7\r\nafter\n\n\r\n"


def test_who_stays_stalled_is_let_go_of(fan, monkeypatch):
    monkeypatch.setattr(module, "_STALLED_S", 0.0)
    mailbox, _ = opened(fan)
    mailbox.put(BIG, CURSOR)
    wait_until(lambda: fan.lines == 1 or mailbox.size == 0)
    wait_until(lambda: fan.lines == 0)


def test_a_silent_line_is_told_that_it_is_alive(fan, monkeypatch):
    monkeypatch.setattr(module, "BEAT_SECONDS", 0.0)
    _, far = opened(fan)
    assert b"event: beat" in read(far, b"\n\n\r\n")


def test_an_ended_mailbox_ends_the_answer(fan):
    mailbox, far = opened(fan)
    mailbox.put(b"last\n\n", CURSOR)
    mailbox.close()
    assert read(far, b"0\r\n\r\n") == b"6\r\nlast\n\n\r\n0\r\n\r\n"
    assert far.recv(1) == b""
    wait_until(lambda: fan.lines == 0)


def test_who_hangs_up_is_forgotten(fan):
    mailbox, far = opened(fan)
    mailbox.put(b"news\n\n", CURSOR)
    read(far, b"\r\n")
    far.close()
    wait_until(lambda: fan.lines == 0)


def test_who_has_logged_out_is_told_no_more(fan, monkeypatch):
    monkeypatch.setattr(module, "RECHECK_SECONDS", 0.0)
    _, far = opened(fan, is_good=lambda: False)
    assert read(far, b"0\r\n\r\n") == b"0\r\n\r\n"


def test_a_database_that_cannot_be_asked_ends_nobody(fan, monkeypatch):
    monkeypatch.setattr(module, "RECHECK_SECONDS", 0.0)
    asked = threading.Event()

    def is_good():
        asked.set()
        raise OSError

    mailbox, far = opened(fan, is_good)
    assert asked.wait(10)
    mailbox.put(b"news\n\n", CURSOR)
    assert read(far, b"\r\n") == b"6\r\nnews\n\n\r\n"
