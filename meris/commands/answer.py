"""What the bar is answered."""

from dataclasses import dataclass, field
from typing import Any

from meris.commands.meaning import Meaning


@dataclass
class Understood:
    """The answer to a line, as `told` says it in JSON.

    `intent` is the command it was read as, None when it is none: then it is words to search for.
    `guess`: it may well be such words, and where the command leads to nothing it should be taken
    for them. `complete`: `meaning` can be done as it stands. `reach`: so many words were read.
    """

    text: str
    intent: str | None = None
    guess: bool = False
    reach: int = 0
    parts: list[dict[str, Any]] = field(default_factory=list)
    meaning: Meaning | None = None
    others: list[dict[str, Any]] = field(default_factory=list)
    problems: list[dict[str, Any]] = field(default_factory=list)
    completions: list[dict[str, str]] = field(default_factory=list)

    def told(self) -> dict[str, Any]:
        """As JSON."""
        meaning = self.meaning or Meaning("")
        actions = [vars(action) for action in meaning.actions]
        return {
            "text": self.text,
            "intent": self.intent,
            "guess": self.guess,
            "complete": self.meaning is not None,
            "understood": self.parts,
            "sentence": meaning.sentence,
            "action": actions[0] if actions else None,
            "actions": actions,
            "show": meaning.show,
            "rows": meaning.rows,
            "others": self.others,
            "warnings": meaning.warnings,
            "problems": self.problems,
            "completions": self.completions,
        }
