"""What a supply site may become."""

#: From each status the ones it may become; a site changes hands of its own accord.
TRANSITIONS: dict[str, frozenset[str]] = {
    "unknown": frozenset({"open", "standby", "closed"}),
    "open": frozenset({"standby", "closed", "unknown"}),
    "standby": frozenset({"open", "closed", "unknown"}),
    "closed": frozenset({"standby", "open", "unknown"}),
}
