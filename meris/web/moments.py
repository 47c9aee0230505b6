"""How every page says a moment: its age in words, and behind it the state's clock and UTC's.

`static/js/words/age.js` goes on saying the same as the page grows older.
"""

from datetime import UTC, datetime

from flask import Flask
from markupsafe import Markup

from meris import wording
from meris.web.context import context


def init_app(app: Flask) -> None:
    """Templates say `age(at)` and `moment(at)`."""
    app.jinja_env.globals.update(age=age, moment=moment)


def age(at: datetime | str) -> Markup:
    """How long ago it was, with the clocks behind it; the page's script keeps it current."""
    at = parsed(at)
    return timed(at, wording.from_now(context().home.now() - at))


def moment(at: datetime | str) -> Markup:
    """The moment by the state's clock, with its zone: what does not grow older."""
    at = parsed(at)
    return told(at, by_clock(at))


def timed(at: datetime, words: str, kind: str | None = None) -> Markup:
    """Words that grow older. With `kind` ("since", "until") they end in a comma and the age."""
    told = Markup(' data-age="{}"').format(kind) if kind else ""
    return Markup('<time class="age" datetime="{}"{} title="{}">{}</time>').format(
        at.isoformat(timespec="seconds"), told, clocks(at), words
    )


def told(at: datetime | str, words: str) -> Markup:
    """Words that stay as they are, with the clocks behind them: 14:05."""
    at = parsed(at)
    return Markup('<time datetime="{}" title="{}">{}</time>').format(
        at.isoformat(timespec="seconds"), clocks(at), words
    )


def by_clock(at: datetime) -> str:
    """Nov 22, 2026, 17:05 CST."""
    local = at.astimezone(context().home.zone)
    return f"{wording.day(local, year=True)}, {local:%H:%M %Z}"


def clocks(at: datetime) -> str:
    """Nov 22, 2026, 17:05 CST · 23:05 UTC; with the day again where UTC has another."""
    local, utc = at.astimezone(context().home.zone), at.astimezone(UTC)
    day = "" if local.date() == utc.date() else f"{wording.day(utc)}, "
    return f"{by_clock(at)} · {day}{utc:%H:%M} UTC"


def parsed(at: datetime | str) -> datetime:
    """A moment as JSON keeps it, or as it is."""
    return datetime.fromisoformat(at) if isinstance(at, str) else at
