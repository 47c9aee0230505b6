"""So many units of a kind, as they are said in a line: "2 type 3 engines and a ladder"."""

from dataclasses import replace

from meris.commands.meaning import Said
from meris.needs.need import Need


def needs_of(said: Said) -> list[Need]:
    """The needs of a line in its order; a count may stand before or after its kind."""
    needs: list[Need] = []
    count: int | None = None
    level: int | None = None
    for bound in said.bound:
        if bound.slot == "level":
            level = bound.value
        elif bound.slot == "unit_kinds":
            needs.append(Need(count or 1, bound.value, level))
            count = level = None
        elif bound.slot == "count" and needs and not _leads(said, bound.start):
            needs[-1] = replace(needs[-1], count=bound.value)
        elif bound.slot == "count":
            count = bound.value
    return needs


def _leads(said: Said, at: int) -> bool:
    """Whether a kind of unit follows a count."""
    return any(one.slot == "unit_kinds" and one.start > at for one in said.bound)
