"""The states of a line of a request, the moves between them, and who makes which (domain §4.1).

The middle ones follow from what givers promised, sent and delivered, wherever that is said: the
database derives them (`meris/migrations/sql/0017_follow.sql`).
"""

from collections.abc import Collection, Mapping

from meris.accounts import Viewer
from meris.tables import Request, RequestLine, Resource

#: From each state the ones it may become; the next usual step comes first. What was promised may
#: fall through and is sourced again; what has arrived is not cancelled.
TRANSITIONS: Mapping[str, tuple[str, ...]] = {
    "draft": ("submitted", "cancelled"),
    "submitted": ("approved", "denied", "cancelled"),
    "approved": ("sourcing", "sourced", "cancelled"),
    "sourcing": ("sourced", "cancelled"),
    "sourced": ("en_route", "assigned", "on_scene", "sourcing", "cancelled"),
    "assigned": ("en_route", "on_scene", "sourcing", "cancelled"),
    "en_route": ("on_scene", "sourcing", "cancelled"),
    "on_scene": ("closed", "demobilizing"),
    "demobilizing": ("closed",),
    "closed": (),
    "denied": (),
    "cancelled": (),
}
ENDED = ("closed", "denied", "cancelled")
#: Nobody who waits for it waits any longer.
ARRIVED = ("on_scene", "demobilizing", *ENDED)
#: In these something may be promised for a line.
FILLABLE = ("approved", "sourcing", "sourced", "assigned", "en_route", "on_scene")
#: Derived from the parts; said by hand only of a giver outside MERIS.
DERIVED = frozenset({"sourced", "assigned", "en_route", "on_scene"})
#: What the requester does; the rest is for the desk that approves and finds.
BY_REQUESTER = frozenset({"submitted", "on_scene", "cancelled"})
#: A reason must be given.
WITH_REASON = frozenset({"denied", "cancelled"})
#: Must say who gives it, and may say when it comes.
WITH_PROVIDER = frozenset({"sourced"})
#: Items that come back; all else of the catalogue is used up, and its line ends when it arrives.
LENT = frozenset(
    {
        "COT-STD",
        "COT-ACC",
        "GEN",
        "PUMP",
        "MED-DME",
        "LIGHT",
        "RADIO",
        "TOILET",
        "HANDWASH",
        "FORKLIFT",
        "PALLETJACK",
        "CONE",
        "DUMPSTER",
        "PET-CRATE",
    }
)


def is_consumable(item_code: str | None) -> bool:
    """Whether nothing of the item comes back; what is not in the catalogue may."""
    return item_code is not None and item_code not in LENT


def may_ask(viewer: Viewer, site: Resource) -> bool:
    """Whether the viewer speaks for a site: may report on it or keep it."""
    granted = viewer.editable(kind=site.kind, agency_id=site.agency_id)
    return granted is None or bool(granted)


def is_desk(viewer: Viewer, request: Request) -> bool:
    """Whether the viewer approves and finds for the agency that asked."""
    own = viewer.agency_id is not None and request.agency_id == viewer.agency_id
    return viewer.may("edit_all") or (own and viewer.may("edit_own"))


def may_move(viewer: Viewer, request: Request, site: Resource | None, to: str) -> bool:
    """Whether the viewer is among those who make this move."""
    if is_desk(viewer, request):
        return True
    return to in BY_REQUESTER and site is not None and may_ask(viewer, site)


def moves_of(
    viewer: Viewer,
    request: Request,
    site: Resource | None,
    line: RequestLine,
    outside: Collection[str] = (),
) -> list[str]:
    """What the viewer may make of a line, the usual next step first.

    `outside`: which steps the givers outside MERIS can still make ("assigned", "en_route",
    "on_scene"); the others' parts move by shipment and by assignment.
    """
    allowed = [
        to
        for to in TRANSITIONS[line.status]
        if may_move(viewer, request, site, to)
        and (to not in ("assigned", "en_route", "on_scene") or to in outside)
    ]
    if line.status == "on_scene" and not line.consumable and line.item_code:
        allowed.sort(key=lambda to: to != "demobilizing")
    return allowed
