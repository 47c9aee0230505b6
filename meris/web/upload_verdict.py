"""The one sentence over a checked file: whether it can be loaded, and what stands in the way."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from meris.web.upload_words import will


class Stop(NamedTuple):
    """Rows that wait for a person: how many, why, and where on the page that is decided."""

    rows: int
    words: str
    anchor: str


class Verdict(NamedTuple):
    """`sentence` for the top of the page, `effect` for the button (None: nothing to press)."""

    sentence: str
    effect: str | None
    stops: list[Stop]
    left_out: int


def verdict(kind: str, found: Mapping[str, Any]) -> Verdict:
    """What to tell about a checked file."""
    counts, fates = found["counts"], fates_of(found)
    stops = [stop for stop in _stops(fates) if stop.rows]
    waiting = sum(stop.rows for stop in stops)
    effect = None if found.get("missing_text") else will(kind, found.get("outcome"))
    return Verdict(_sentence(found, counts, waiting, effect), effect, stops, waiting)


def fates_of(found: Mapping[str, Any]) -> dict[str, int]:
    """How many rows of the file become what; uploads of older versions know only who was out."""
    counts = found.get("counts") or {}
    known = {"refused": counts.get("refused", 0), "repeated": counts.get("repeated", 0)}
    return {fate: count for fate, count in (found.get("fates") or known).items() if count}


def _stops(fates: Mapping[str, int]) -> list[Stop]:
    refused, held = fates.get("refused", 0), fates.get("held", 0)
    return [
        Stop(refused, "row has an error" if refused == 1 else "rows have errors", "problems"),
        Stop(
            held,
            "row looks like another record" if held == 1 else "rows look like other records",
            "pairs",
        ),
    ]


def _sentence(
    found: Mapping[str, Any], counts: Mapping[str, int], waiting: int, effect: str | None
) -> str:
    total = counts["total"]
    if found.get("missing_text"):
        return str(found["missing_text"])
    if not total:
        return "There is no row of data in this file."
    if waiting == total:
        return _some(total, "The one row needs", "All {} rows need") + " a decision first."
    needs = _some(waiting, "1 needs", "{} need")
    if waiting and effect is None:
        return f"Nothing new in the rows that are fine, and {needs} a decision."
    if waiting:
        return f"{total - waiting:,} of {total:,} rows are fine, {needs} a decision."
    if effect is None:
        return "Everything in this file is recorded already. Applying it would change nothing."
    return _some(total, "The one row of the file is fine.", "All {} rows of the file are fine.")


def _some(count: int, one: str, many: str) -> str:
    return one if count == 1 else many.format(f"{count:,}")
