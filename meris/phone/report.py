"""A report from a phone and what becomes of it: the values that every kind of report works with."""

import json
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Literal

from meris.errors import Conflict, Invalid
from meris.language import _
from meris.phone import clock

#: So many reports are taken at once.
MOST = 50
_MOST_CHARACTERS = 4000
_KEY = re.compile(r"[A-Za-z0-9-]{8,64}")
_KIND = re.compile(r"[a-z_]{1,40}")
_YES, _NO = ("true", "1", "on", "yes"), ("false", "0", "off", "no", "")

What = Literal["applied", "older", "conflict", "refused"]


@dataclass(frozen=True)
class Report:
    """One thing that somebody said on a phone.

    `said_at` is by the phone's clock, `happened_at` and `received_at` by ours. `base` is what the
    phone showed of the subject, as `bases` tells it; `body` what was said.
    """

    key: str
    kind: str
    subject: int | None
    said_at: datetime
    sent_at: datetime
    received_at: datetime
    happened_at: datetime
    base: Mapping[str, Any] | None = None
    body: Mapping[str, Any] = field(default_factory=dict)

    def word(self, name: str) -> str | None:
        """A member that is text; None where there is none. Raises `Invalid`."""
        given = self.body.get(name)
        if given is None or isinstance(given, str):
            return (given or "").strip() or None
        raise Invalid(f"{name!r} is to be text.")

    def flag(self, name: str) -> bool:
        """A member that is yes or no, from JSON or from a form. Raises `Invalid`."""
        given = self.body.get(name)
        text = str(given).lower()
        if text in _YES or text in _NO:
            return text in _YES
        raise Invalid(f"{name!r} is to be true or false.")

    def number(self, name: str) -> float | None:
        """A member that is a number, from JSON or from a form. Raises `Invalid`."""
        given = self.body.get(name)
        if given is None or given == "":
            return None
        try:
            number = math.nan if isinstance(given, bool) else float(given)
        except (TypeError, ValueError, OverflowError):
            number = math.nan
        if not math.isfinite(number):
            raise Invalid(f"{name!r} is to be a number.")
        return number


@dataclass(frozen=True)
class Unreadable:
    """Something in a batch that is not a report."""

    key: str
    why: str


@dataclass(frozen=True)
class Outcome:
    """What became of a report; final, whatever it is.

    `state`: what is so now, in the shape of `base`. `left`: the same, where the report was about
    it and agreed with it: what the account has made itself is no conflict for what it says next.
    `theirs`: {what, by, at}, `mine`: {what, at}, of a conflict.
    """

    outcome: What
    message: str
    theirs: Mapping[str, Any] | None = None
    mine: Mapping[str, Any] | None = None
    state: Mapping[str, Any] | None = None
    left: Mapping[str, Any] | None = None


@dataclass(frozen=True)
class Answer:
    """An outcome under the key of its report."""

    key: str
    outcome: Outcome

    def told(self) -> dict[str, Any]:
        """As JSON: {key, outcome, message, theirs, mine, state}."""
        one = self.outcome
        return {
            "key": self.key,
            "outcome": one.outcome,
            "message": one.message,
            "theirs": one.theirs,
            "mine": one.mine,
            "state": one.state,
        }


@dataclass(frozen=True)
class Batch:
    """Reports of one phone in the order in which they were said."""

    received_at: datetime
    reports: Sequence[Report | Unreadable]


class OtherAccount(Conflict):
    """The phone kept these reports for somebody else than who is logged in there now."""

    code = "other_account"


def read_batch(given: Mapping[str, Any], received_at: datetime) -> Batch:
    """{sent_at, reports: [{key, kind, subject, said_at, base, body}]}.

    Raises `Invalid` where the batch itself cannot be read; a report that cannot is `Unreadable`.
    """
    raw = given.get("reports")
    if not isinstance(raw, list) or not 0 < len(raw) <= MOST:
        raise Invalid(f'"reports" is a list of 1 to {MOST} reports.')
    sent_at = clock.read(given.get("sent_at"))
    read = [_read(one, sent_at, received_at) for one in raw]
    at = [one.happened_at for one in read if isinstance(one, Report)]
    ordered = iter(clock.in_order(at))
    return Batch(
        received_at,
        [_placed(one, next(ordered)) if isinstance(one, Report) else one for one in read],
    )


def _placed(report: Report, at: datetime) -> Report:
    shown = (report.base or {}).get("status_at")
    return replace(report, happened_at=clock.not_before(at, shown, report.received_at))


def _read(given: object, sent_at: datetime, received_at: datetime) -> Report | Unreadable:
    raw = given if isinstance(given, dict) else {}
    key = raw.get("key")
    if not isinstance(key, str) or not _KEY.fullmatch(key):
        return Unreadable(str(key)[:64], _("This report has no key. Say it again."))
    try:
        said_at = clock.read(raw.get("said_at"))
        return Report(
            key=key,
            kind=_kind(raw.get("kind")),
            subject=_subject(raw.get("subject")),
            said_at=said_at,
            sent_at=sent_at,
            received_at=received_at,
            happened_at=clock.happened(said_at, sent_at, received_at),
            base=_object(raw.get("base")),
            body=_object(raw.get("body")) or {},
        )
    except Invalid as refusal:
        return Unreadable(key, refusal.message)


def _kind(given: object) -> str:
    if isinstance(given, str) and _KIND.fullmatch(given):
        return given
    raise Invalid(_("This report does not say what it is about. Say it again."))


def _subject(given: object) -> int | None:
    if given is None or given == "":
        return None
    text = str(given)
    if isinstance(given, bool) or not (text.isascii() and text.isdecimal() and len(text) < 19):
        raise Invalid(
            _("This report does not say which unit or shelter it is about. Say it again.")
        )
    return int(text)


def _object(given: object) -> dict[str, Any] | None:
    """What can be kept as it is: neither too long, nor with what the database cannot hold."""
    if given is None:
        return None
    if not isinstance(given, dict):
        raise Invalid(_("This report cannot be read. Say it again."))
    try:
        text = json.dumps(given, ensure_ascii=False, allow_nan=False)
        text.encode()
    except (ValueError, RecursionError) as problem:
        raise Invalid(
            _("This report has a character that cannot be kept. Say it again.")
        ) from problem
    if "\\u0000" in text or len(text) > _MOST_CHARACTERS:
        raise Invalid(
            _(
                "This report is longer than %(most)s characters. Say it shorter.",
                most=f"{_MOST_CHARACTERS:,}",
            )
        )
    return given
