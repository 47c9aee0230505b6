"""The rule for identifiers of FEMA's Resource Typing Library Tool."""

import re
from dataclasses import dataclass
from typing import Any

from meris.fields.home import Home
from meris.fields.rule import Judged, Rule

_ID = re.compile(r"^\d{1,2}-50[89]-\d{4}$")


@dataclass(frozen=True)
class RtltId(Rule):
    """`9-508-1155`: category, 508 for resources or 509 for jobs, number. Never invented."""

    noun: str = "RTLT ID"

    def _judge(self, text: str, _home: Home) -> Judged:
        bare = re.sub(r"[\s\u2010-\u2013]+", "-", text)
        if not _ID.match(bare):
            raise self.refuse(text, "is not an RTLT ID", "Write it like 9-508-1155.")
        return Judged(bare)

    def schema(self) -> dict[str, Any]:
        return {"type": "string", "pattern": _ID.pattern}
