"""Two thousand devices that report, in a process of their own: `python -m bench.position_load`.

Reads {"host", "port", "tokens", "rate", "seconds", "seed"} as JSON from stdin; writes one line of
JSON: of each report the device, how far it had come, and when it was sent and answered.
"""

import base64
import json
import selectors
import socket
import sys
import time
from typing import Any, NamedTuple

#: Each report is a meter farther north, so that a place tells which report it came from.
STEP = 1e-5


class Sent(NamedTuple):
    """One report: device, step, sent and answered in seconds since 1970, and whether by 200."""

    device: int
    step: int
    sent_at: float
    answered_at: float
    ok: bool


def start_of(device: int) -> float:
    """The latitude that a device sets out from."""
    return 37.0 + device * 0.0015


class Phone:
    """A device with a line that it keeps open; every other one speaks as Traccar does."""

    def __init__(self, number: int, token: str, address: tuple[str, int]) -> None:
        self.number, self.token = number, token
        self.step = 0
        self.sent_at = 0.0
        self.waits = False
        self.due_at = 0.0
        self.sock = socket.create_connection(address)
        self.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        basic = base64.b64encode(f"p{number}:{token}".encode()).decode()
        self.head = (
            f"POST /pub HTTP/1.1\r\nHost: bench\r\nAuthorization: Basic {basic}\r\n"
            "Content-Type: application/json\r\nUser-Agent: OwnTracks\r\n"
        )

    def report(self) -> None:
        """Send where it is now."""
        self.step += 1
        self.sent_at = time.time()
        self.waits = True
        lat = start_of(self.number) + self.step * STEP
        self.sock.send(self._as_traccar(lat) if self.number % 2 else self._as_owntracks(lat))

    def _as_owntracks(self, lat: float) -> bytes:
        body = (
            f'{{"_type":"location","tid":"p1","lat":{lat:.5f},"lon":-92.5,"acc":8,"vel":40,'
            f'"cog":0,"alt":230,"batt":80,"t":"t","conn":"m","tst":{self.sent_at:.3f}}}'
        )
        return f"{self.head}Content-Length: {len(body)}\r\n\r\n{body}".encode()

    def _as_traccar(self, lat: float) -> bytes:
        return (
            f"GET /pos?id={self.token}&timestamp={self.sent_at * 1000:.0f}&lat={lat:.5f}&lon=-92.5"
            "&speed=21.6&bearing=0&altitude=230&accuracy=8&batt=80 HTTP/1.1\r\nHost: bench\r\n\r\n"
        ).encode()


def run(asked: dict[str, Any]) -> list[Sent]:
    """Report at `rate` a second in all, or as fast as answers come when it is 0."""
    address = (asked["host"], asked["port"])
    selector = selectors.EpollSelector()
    phones = [Phone(n, token, address) for n, token in enumerate(asked["tokens"])]
    for phone in phones:
        phone.step = asked["begin"]
        selector.register(phone.sock, selectors.EVENT_READ, phone)
    began, log = time.time(), list[Sent]()
    gap = len(phones) / asked["rate"] if asked["rate"] else 0.0
    for phone in phones:
        phone.due_at = began + phone.number * gap / len(phones)
    following, queue = 0, phones
    while time.time() < began + asked["seconds"]:
        following = _report_due(queue, following, gap)
        for key, _ in selector.select(0.002 if gap else 0.5):
            _answered(key.data, log)
            if not gap:
                key.data.report()
    _drain(selector, phones, log)
    return log


def _report_due(phones: list[Phone], following: int, gap: float) -> int:
    """Let those report whose time has come; who still waits for an answer misses a turn."""
    now = time.time()
    for _ in range(len(phones)):
        phone = phones[following]
        if phone.due_at > now:
            break
        if not phone.waits:
            phone.report()
        phone.due_at += gap if gap else float("inf")
        following = (following + 1) % len(phones)
    return following


def _answered(phone: Phone, log: list[Sent]) -> None:
    data = phone.sock.recv(4096)
    if not data:
        raise ConnectionError("the server has closed a line")
    if not phone.waits:
        return  # gunicorn sends a body apart from its head: the rest of an answer
    phone.waits = False
    ok = data.startswith(b"HTTP/1.1 200")
    log.append(Sent(phone.number, phone.step, phone.sent_at, time.time(), ok))


def _drain(selector: selectors.BaseSelector, phones: list[Phone], log: list[Sent]) -> None:
    deadline = time.time() + 20
    while any(phone.waits for phone in phones) and time.time() < deadline:
        for key, _ in selector.select(0.5):
            _answered(key.data, log)


if __name__ == "__main__":
    json.dump(run(json.load(sys.stdin)), sys.stdout)
