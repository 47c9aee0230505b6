"""What a history says of beds that were held at a shelter."""

from meris.tables import BedHold, Change

_ENDS = {"released": "let held beds go", "expired": "ended a hold that had run out"}


def sentence(row: Change) -> str | None:
    """What somebody did, to follow their name; None for a change of something else."""
    if row.table_name != BedHold.__tablename__:
        return None
    after = row.after or {}
    if row.operation == "I":
        people = after.get("people", 0)
        return f"held {people:,} {'bed' if people == 1 else 'beds'}"
    if after.get("outcome") == "arrived":
        return "said that people came for whom beds were held"
    return _ENDS.get(after.get("outcome", ""), "held beds longer")
