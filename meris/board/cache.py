"""The whole board of each policy as JSON, kept while nothing on it changes.

After a restart every console asks for it in the same second.
"""

import json
import threading
from collections import defaultdict
from typing import NamedTuple

from sqlalchemy.orm import Session

from meris import changes
from meris.accounts import Policy
from meris.board.news import news
from meris.board.rows import types, whole
from meris.changes import Cursor
from meris.db import Database


class _Entry(NamedTuple):
    cursor: Cursor
    members: bytes


class Cache:
    """One thread asks the database for a policy's board while the others wait for it."""

    def __init__(self) -> None:
        self._entries: dict[str, _Entry] = {}
        self._locks: dict[str, threading.Lock] = defaultdict(threading.Lock)

    def members(self, database: Database, policy: Policy) -> bytes:
        """`"cursor":…,"types":…,"incidents":…` as they stand between the braces of an object.

        What has ended by the clock since then is still in it: the reader lets go of that himself.
        """
        seen = database.as_seen_by(policy.sight)
        with self._locks[policy.key], seen.reading() as session:
            known = self._entries.get(policy.key)
            here = changes.now(session)
            if known and _unchanged(session, known.cursor, here):
                return known.members
            answer = {
                "cursor": str(here),
                "types": types(session) if policy.staff or policy.everything else {},
                **whole(session, policy),
            }
            members = json.dumps(answer, separators=(",", ":"))[1:-1].encode()
            self._entries[policy.key] = _Entry(here, members)
            return members


def _unchanged(session: Session, known: Cursor, here: Cursor) -> bool:
    return known.within(here) and not news(session, known, here, most=1).any
