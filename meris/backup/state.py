"""What is known of the last backup: a file of MERIS_HOME, because the data's own loss is the point.

A table would be lost with the database, and would say after each restore that the last backup was
made before the one that was restored.
"""

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Self

_FILE = "last-backup.json"
_OURS = "meris-*Z.backup"


@dataclass(frozen=True)
class Known:
    """The last backup made from this MERIS_HOME; `size` in bytes."""

    file: Path
    size: int
    at: datetime

    @property
    def age_s(self) -> float:
        """Seconds since the moment that it holds."""
        return (datetime.now(UTC) - self.at).total_seconds()

    @classmethod
    def _read(cls, text: str) -> Self:
        told = json.loads(text)
        return cls(Path(told["file"]), int(told["size"]), datetime.fromisoformat(told["at"]))


def remember(home: Path, file: Path, size: int, at: datetime) -> None:
    """Note a backup that is on the disk and was read back."""
    home.mkdir(parents=True, exist_ok=True)
    told = {"file": str(file.absolute()), "size": size, "at": at.isoformat()}
    fresh = home / f"{_FILE}.new"
    fresh.write_text(json.dumps(told) + "\n")
    fresh.replace(home / _FILE)


def last_known(home: Path) -> Known | None:
    """The last backup of this home; None when none is known, or the note is damaged."""
    try:
        return Known._read((home / _FILE).read_text())
    except (OSError, ValueError, KeyError, TypeError):
        return None


def keep_newest(folder: Path, most: int) -> list[Path]:
    """Remove all but the newest so many backups that have a name with their time; the removed."""
    old = sorted(folder.glob(_OURS))[:-most]
    for file in old:
        file.unlink(missing_ok=True)
    return old
