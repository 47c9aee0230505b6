"""How much room a shelter has, in words rough enough to stay true on the way there.

A count is of the last hours, and others are on their way too: a number would promise a bed.
"""

import math
from dataclasses import dataclass
from typing import Literal

from meris.language import N_

Code = Literal["spaces", "few", "full", "call", "unknown"]

#: The last tenth of the places, and never fewer than a family or two.
_FEW_SHARE, _FEW = 0.1, 8


@dataclass(frozen=True, slots=True)
class Room:
    """`title` for a tag, `advice` as the sentence beside it; `ask`: call before setting out.

    Both are in English, to be said in the language of the page.
    """

    code: Code
    title: str
    advice: str
    ask: bool = False


ROOM: dict[str, Room] = {
    room.code: room
    for room in (
        Room("spaces", N_("Has space"), N_("It had space when people were last counted.")),
        Room("few", N_("Nearly full"), N_("Only a few spaces were left."), ask=True),
        Room("full", N_("Full"), N_("Do not go there. Choose another shelter.")),
        Room("call", N_("Call first"), N_("The last figures are old."), ask=True),
        Room(
            "unknown",
            N_("Space not known"),
            N_("Nobody has told how much space it has."),
            ask=True,
        ),
    )
}


def room(status: str, free: int | None, places: int | None, *, old: bool) -> Room:
    """The room of a shelter that is open or full, `free` of its `places` being free.

    `old`: its count or its status is older than may be believed. None is unknown.
    """
    return ROOM[_code(status, free, places, old)]


def _code(status: str, free: int | None, places: int | None, old: bool) -> Code:
    if old:
        return "call"
    if status == "full":
        return "full"
    if free is None or places is None:
        return "unknown"
    if free <= 0:
        return "full"
    return "few" if free <= max(_FEW, math.ceil(places * _FEW_SHARE)) else "spaces"
