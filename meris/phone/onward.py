"""What a unit or a shelter may become next, in the order in which a thumb should find it."""

from collections.abc import Iterable

from meris import shelters, stays, units

#: The likeliest next status of a unit that was sent; "respond" acknowledges and goes at once.
_NEXT_AT_WORK = {
    "dispatched": "en_route",
    "acknowledged": "en_route",
    "en_route": "on_scene",
    "on_scene": "available",
    "transporting": "at_destination",
    "at_destination": "available",
}
#: The same of a unit that nobody has sent.
_NEXT_FREE = {
    "staged": "available",
    "dispatched": "en_route",
    "en_route": "on_scene",
    "on_scene": "available",
    "transporting": "at_destination",
    "at_destination": "available",
    "returning": "available",
    "out_of_service": "available",
    "off_duty": "available",
}
#: How often a crew says each, the most often first.
ORDER = (
    "en_route",
    "on_scene",
    "transporting",
    "at_destination",
    "available",
    "returning",
    "staged",
    "out_of_service",
)
#: Said in another way: by the dispatcher, and by going off duty.
_NOT_BY_BUTTON = frozenset({"dispatched", "off_duty"})

_NEXT_OF_SHELTER = {
    "unknown": "open",
    "closed": "open",
    "alert": "standby",
    "standby": "open",
    "open": "full",
    "full": "open",
    "consolidating": "closed",
}
ORDER_OF_SHELTER = ("open", "full", "consolidating", "standby", "alert", "closed")


def of_unit(status: str, assigned: str | None) -> list[str]:
    """What a unit may become by a tap, the likeliest first; `assigned`: its assignment's status.

    For a unit at rest nothing is likeliest, and the first is only the most frequent.
    """
    allowed = set(units.moves_of(status, assigned)) - _NOT_BY_BUTTON - {status}
    likely = (_NEXT_AT_WORK if assigned else _NEXT_FREE).get(assigned or status)
    return _ordered(allowed, likely, ORDER)


def has_next(status: str, assigned: str | None) -> bool:
    """Whether one move is likelier than the others."""
    return (assigned or status) in (_NEXT_AT_WORK if assigned else _NEXT_FREE)


def after(status: str, assigned: str | None) -> list[str]:
    """What the unit may become once it has become `status`, its assignment following."""
    leads = assigned is not None and status not in units.AFTERWARD
    return of_unit(status, status if leads else None)


def of_shelter(status: str) -> list[str]:
    """What a shelter may become by a tap, the likeliest first. To retire a site, and to bring one
    back, is for a desk."""
    if status == "retired":
        return []
    allowed = shelters.TRANSITIONS[status].intersection(ORDER_OF_SHELTER)
    return _ordered(allowed, _NEXT_OF_SHELTER[status], ORDER_OF_SHELTER)


def leaving(status: str) -> list[str]:
    """Of these moves, the ones by which a shelter empties."""
    return [one for one in of_shelter(status) if one in stays.LEAVING]


def _ordered(allowed: Iterable[str], likely: str | None, order: tuple[str, ...]) -> list[str]:
    return sorted(allowed, key=lambda one: (one != likely, order.index(one)))
