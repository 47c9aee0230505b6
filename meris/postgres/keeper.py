"""Starts the private server again when it has died: nobody else would.

A server of your own has a supervisor. The private one was started by MERIS, so a killed or crashed
one is MERIS's to bring back, while requests are answered with "try again".
"""

import threading

import psycopg2
import structlog

from meris.errors import Refused
from meris.postgres import Cluster

log = structlog.get_logger(__name__)

#: How often it is looked after, in seconds.
EVERY_S = 1.0
#: A server that cannot start, on a full disk for example, is tried ever more seldom, up to this.
_LONGEST_S = 30.0


class Keeper:
    """Looks after the server of a cluster, in a thread of its own."""

    def __init__(self, cluster: Cluster) -> None:
        self._cluster = cluster
        self._stopping = threading.Event()

    def start(self) -> None:
        """Begin; it ends with the process, or soon after `stop`."""
        threading.Thread(target=self._run, name="postgres", daemon=True).start()

    def stop(self) -> None:
        """Let the server be."""
        self._stopping.set()

    def _run(self) -> None:
        pause = EVERY_S
        while not self._stopping.wait(pause):
            pause = EVERY_S if self._look() else min(2 * pause, _LONGEST_S)

    def _look(self) -> bool:
        """Whether it runs, by now."""
        try:
            if self._cluster.revive():
                log.warning("postgres.revived")
        except (Refused, psycopg2.Error, OSError) as problem:
            log.error("postgres.down", problem=str(problem))
            return False
        return True
