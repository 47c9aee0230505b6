"""A client that reads nothing: what is kept for it has an end, and it can catch up afterward.

And one that asks so slowly that it would never be done: it is not waited for.
"""

import socket
import time
from contextlib import ExitStack, suppress

import pytest

from meris.accounts import PUBLIC
from meris.changes import Cursor
from meris.feed import Mailbox
from meris.web import fan, lane, server
from meris.web.fan import Fan, HandOver
from meris.web.lane import Lane
from tests.faults.harness import until

HERE = Cursor("c0ffee", "10:10:")


def test_what_waits_for_who_reads_nothing_is_bounded_in_bytes():
    mailbox, most = Mailbox(PUBLIC.policy), 0
    for _ in range(100):
        mailbox.put(bytes(300_000), HERE)
        most = max(most, mailbox.size)
    assert most <= 2_000_000
    told = mailbox.take_all()
    assert b"event: catchup" in told
    assert mailbox.size == 0


def test_small_messages_are_bounded_in_number():
    mailbox = Mailbox(PUBLIC.policy)
    for _ in range(1_000):
        mailbox.put(b"event: beat", HERE)
    assert mailbox.waiting.qsize() <= 200


class _Hub:
    """What a fan needs of one."""

    def __init__(self):
        self.left = []

    def unsubscribe(self, mailbox):
        self.left.append(mailbox)

    def pulse(self):
        return b"event: beat\n\n"


@pytest.fixture
def pair():
    """Makes lines: the server's end and the client's."""
    with ExitStack() as stack:

        def make():
            ends = socket.socketpair()
            for end in ends:
                stack.callback(end.close)
            return ends

        yield make


def test_a_line_that_takes_nothing_is_let_go_of_and_slows_no_other(pair, monkeypatch):
    monkeypatch.setattr(fan, "_STALLED_S", 1.0)
    hub, lines = _Hub(), [pair() for _ in range(3)]
    boxes = [Mailbox(PUBLIC.policy) for _ in lines]
    feeds = Fan(hub)
    for (ours, _), mailbox in zip(lines, boxes, strict=True):
        feeds.adopt(ours, HandOver(mailbox=mailbox))
    for number in range(40):
        for mailbox in boxes:
            mailbox.put(b"%03d" % number + bytes(200_000), HERE)
        assert boxes[0].size <= 2_000_000
        for _, theirs in lines[1:]:
            assert len(_read(theirs, 200_003)) == 200_003
    until(lambda: hub.left == [boxes[0]], "the stalled line is let go of", 20)
    assert feeds.lines == 2


def _read(sock, size):
    """One message without its frame."""
    sock.settimeout(20)
    frame = b""
    while not frame.endswith(b"\r\n"):
        frame += sock.recv(1)
    told = b""
    while len(told) < int(frame, 16) + 2:
        told += sock.recv(int(frame, 16) + 2 - len(told))
    return told[:size]


class _NoDesks:
    def of(self, path):
        return None


def test_a_request_sent_at_a_trickle_is_not_waited_for(pair, monkeypatch):
    monkeypatch.setattr(lane, "_WHOLE_S", 1.0)
    monkeypatch.setattr(lane, "_SWEEP_S", 0.2)
    slow, theirs = pair()
    given_back = []
    lines = Lane(_NoDesks())
    assert lines.adopt(slow, given_back.append)
    theirs.setblocking(False)

    def is_over():
        with suppress(BlockingIOError):
            theirs.send(b"X")
            return theirs.recv(1) == b""

    until(lambda: _over(is_over), "it is closed", 20)
    assert given_back == []
    ended = lines.stop()
    ended.join(20)
    assert lines.lines == 0


def _over(asked):
    try:
        return asked()
    except OSError:
        return True


def test_no_call_on_a_line_waits_for_ever(pair, monkeypatch):
    monkeypatch.setattr(server, "_SILENT_S", 1)
    ours, _ = pair()
    server._bound(ours)
    ours.setblocking(True)
    began = time.monotonic()
    with pytest.raises(BlockingIOError):
        ours.recv(1)
    with pytest.raises(BlockingIOError):
        ours.sendall(bytes(50_000_000))
    assert time.monotonic() - began >= 1
