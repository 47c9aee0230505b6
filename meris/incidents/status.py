"""The statuses of an incident and the moves between them."""

#: From each status the ones it may become. Closing asks for a reason and for the units that are
#: still there; so does reopening, for its reason.
TRANSITIONS: dict[str, frozenset[str]] = {
    "new": frozenset({"active", "closed"}),
    "active": frozenset({"controlled", "closed"}),
    "controlled": frozenset({"active", "closed"}),
    "closed": frozenset({"active"}),
}
