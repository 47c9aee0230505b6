"""The states of a line of a request, the moves between them, and who makes which (domain §4.1)."""

from collections.abc import Mapping

from meris.accounts import Viewer
from meris.tables import Request, Resource

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
#: What the requester does; the rest is for the desk that approves and finds.
BY_REQUESTER = frozenset({"submitted", "on_scene", "cancelled"})
#: A reason must be given.
WITH_REASON = frozenset({"denied", "cancelled"})
#: Must say who gives it, and may say when it comes.
WITH_PROVIDER = frozenset({"sourced"})


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


def moves_of(viewer: Viewer, request: Request, site: Resource | None, status: str) -> list[str]:
    """What the viewer may make of a line, the usual next step first."""
    return [to for to in TRANSITIONS[status] if may_move(viewer, request, site, to)]
