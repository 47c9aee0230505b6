"""How good is good enough: shares, letters, and what to ask a county for first.

A share is rounded down, so that 100 % is all. A is good, D is poor; a county that reports nothing
has no grade, because nothing is known of it.
"""

from datetime import datetime, timedelta
from typing import NamedTuple

GRADES = "ABCD"
#: The measures of the board, in the order in which it offers them.
MEASURES = ("overall", "complete", "fresh", "placed", "delivered", "problems")

#: From so many percent on, the letter.
SHARES = ((90, "A"), (75, "B"), (50, "C"))
#: Up to so many open problems, the letter.
PROBLEMS = ((0, "A"), (5, "B"), (20, "C"))
#: Up to such an age of the last upload, the letter.
AGES = ((timedelta(days=7), "A"), (timedelta(days=30), "B"), (timedelta(days=90), "C"))
_WORST = "D"


class Ask(NamedTuple):
    """One thing to ask a county for: a code, how many, and in words."""

    code: str
    number: int
    text: str


def percent(part: int, whole: int) -> int | None:
    """A share in whole percent, rounded down; None of nothing."""
    return part * 100 // whole if whole else None


def grade_of(share: int | None) -> str | None:
    """The letter of a share in percent."""
    if share is None:
        return None
    return next((letter for least, letter in SHARES if share >= least), _WORST)


def grade_of_problems(count: int) -> str:
    """The letter of a number of open problems."""
    return next((letter for most, letter in PROBLEMS if count <= most), _WORST)


def grade_of_age(at: datetime | None, now: datetime) -> str | None:
    """The letter of the last upload; None without any."""
    if at is None:
        return None
    return next((letter for most, letter in AGES if now - at <= most), _WORST)


#: What to ask for, the most urgent first: one and several, with the number where `{}` is.
_WORDS = {
    "stale_open": ("Confirm {} open shelter", "Confirm {} open shelters"),
    "nothing": ("Send a first list", "Send a first list"),
    "waiting": ("Apply {} upload that waits", "Apply {} uploads that wait"),
    "refused": ("Send {} refused row again", "Send {} refused rows again"),
    "held": ("Decide on {} look-alike", "Decide on {} look-alikes"),
    "stale": ("Confirm {} record", "Confirm {} records"),
    "unplaced": ("Place {} record on the map", "Place {} records on the map"),
    "lacking": (
        "Complete {} record without capacity or kind",
        "Complete {} records without capacity or kind",
    ),
    "rough": ("Give the exact place of {} record", "Give the exact place of {} records"),
    "missing": ("Fill in {} empty field", "Fill in {} empty fields"),
}


def asks(counts: dict[str, int]) -> list[Ask]:
    """What there is to ask for, by code, as a list in order of urgency."""
    return [
        Ask(code, counts[code], words[counts[code] != 1].format(f"{counts[code]:,}"))
        for code, words in _WORDS.items()
        if counts.get(code)
    ]
