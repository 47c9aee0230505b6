"""What MERIS may refuse, as nouns without HTTP.

    Refused
    ├── NotFound      there is no such thing, or the viewer may not know of it
    ├── Forbidden     there is, but this person may not do this to it
    ├── Conflict      somebody else was first
    ├── Invalid       what was sent cannot be taken as it stands
    └── Unavailable   it could be done, but not now or not on this machine

`meris.web.errors` holds the one table that gives each its HTTP status.
"""

from typing import Any


class Refused(Exception):  # noqa: N818  # a noun: what happened, not that it went wrong
    """MERIS will not do this; the message says why and what to do, in plain words.

    `details` are extra members for a machine reader, e.g. `problems` or `current`.
    """

    code = "refused"

    def __init__(self, message: str, **details: Any) -> None:
        super().__init__(message)
        self.message = message
        self.details = details


class NotFound(Refused):
    """There is no such thing, or none that this viewer may know of."""

    code = "not_found"


class Forbidden(Refused):
    """The person is known and may not do this."""

    code = "forbidden"


class Conflict(Refused):
    """Somebody else changed or took it first."""

    code = "conflict"


class Invalid(Refused):
    """What was sent breaks a rule; `problems` lists each one with field, value and message."""

    code = "invalid"


def refused(field: str, message: str) -> Invalid:
    """An `Invalid` about one field: the message is said of the field and of the whole."""
    return Invalid(message, problems=[{"field": field, "message": message}])


class Unavailable(Refused):
    """It could be done, but not at this moment or not on this machine; the message says why."""

    code = "unavailable"
