"""What an archive says of itself."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Self

#: Of the archive; an archive of a higher one is of a newer MERIS.
FORMAT = 1


@dataclass(frozen=True)
class Part:
    """One file of an archive; `size` in bytes, `sha256` in hex."""

    name: str
    size: int
    sha256: str


@dataclass(frozen=True)
class Manifest:
    """What an archive is of. Times are UTC; `counts` are rows by table in the dump's snapshot.

    `revision` is the schema's; `cursor` is the journal's at the snapshot; `key` is a digest of what
    signed cookies, by which a restore can say whether the present one is the same. `closed` are the
    functions that not everybody may call; what each role may do is not restored but granted anew.
    """

    made_at: datetime
    version: str
    commit: str | None
    revision: str
    state: str
    environment: str
    database: str
    server: int
    dumper: int
    cursor: str
    newest_change: datetime | None
    counts: Mapping[str, int]
    closed: Sequence[str]
    key: str | None
    parts: Sequence[Part]
    format: int = FORMAT

    def as_json(self) -> str:
        """Its text in the archive."""
        return json.dumps(asdict(self), indent=1, default=str) + "\n"

    @classmethod
    def read(cls, text: str) -> Self:
        """From the text; raises ValueError, KeyError or TypeError when it is none."""
        told: dict[str, Any] = json.loads(text)
        newest = told["newest_change"]
        return cls(
            **{
                **{name: told[name] for name in cls.__dataclass_fields__},
                "made_at": datetime.fromisoformat(told["made_at"]),
                "newest_change": newest and datetime.fromisoformat(newest),
                "parts": [Part(**part) for part in told["parts"]],
            }
        )

    @property
    def rows(self) -> int:
        """Rows of all tables."""
        return sum(self.counts.values())


def key_digest(key: str) -> str:
    """Tells two keys apart and neither of them."""
    return hashlib.sha256(b"meris backup\0" + key.encode()).hexdigest()[:16]
