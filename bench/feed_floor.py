"""The least that a live feed can be: `python -m bench.feed_floor PORT DATABASE_URL`.

One thread listens to NOTIFY and writes what it heard to every line that is open. No journal, no
policies, nobody is who he is: what the product's feed costs above this is its own. Speaks so that
`bench.feed_load` understands it.
"""

import selectors
import socket
import sys
from contextlib import suppress
from itertools import pairwise

import psycopg2

CHANNEL = "bench_floor"
_HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"


def chunk(event: bytes) -> bytes:
    """As HTTP sends a piece of a stream."""
    return b"%x\r\n%b\r\n" % (len(event), event)


def message(number: int, ids: list[str], padding: int) -> bytes:
    """What the product would say of these, as long as that is."""
    steps = ",".join([ids[0], *(str(int(b) - int(a)) for a, b in pairwise(ids))])
    body = f'{{"id":[{steps}],"gone":[],"rest":"{"x" * padding * len(ids)}"}}'
    return chunk(f"id: floor-{number}:{number}:\nevent: change\ndata: {body}\n\n".encode())


def run(port: int, url: str, padding: int) -> None:
    """Until it is killed."""
    database = psycopg2.connect(url)
    database.autocommit = True
    database.cursor().execute(f"LISTEN {CHANNEL}")
    listener = socket.create_server(("127.0.0.1", port), backlog=1024)
    listener.setblocking(False)
    selector = selectors.EpollSelector()
    selector.register(listener, selectors.EVENT_READ)
    selector.register(database, selectors.EVENT_READ)
    lines: list[socket.socket] = []
    number = 0
    while True:
        for key, _ in selector.select():
            if key.fileobj is listener:
                lines.append(_let_in(listener))
            else:
                database.poll()
        if database.notifies:
            number += 1
            ids = sorted({str(notice.payload) for notice in database.notifies}, key=int)
            database.notifies.clear()
            _tell(lines, message(number, ids, padding))


def _let_in(listener: socket.socket) -> socket.socket:
    line, _ = listener.accept()
    line.recv(65536)
    line.sendall(_HEAD + chunk(b"id: floor-0:0:\nevent: beat\ndata: {}\n\n"))
    line.setblocking(False)
    return line


def _tell(lines: list[socket.socket], said: bytes) -> None:
    for line in lines:
        with suppress(OSError):
            line.send(said)


if __name__ == "__main__":
    run(int(sys.argv[1]), sys.argv[2], int(sys.argv[3]))
