"""The big incident that others belong to. No circle, however many change it at once."""

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from meris.accounts import Viewer
from meris.errors import refused
from meris.incidents.read import find
from meris.tables import Incident

#: One at a time: two changes that each are fine could close a circle together.
_TURN = 0x4D45524953
_DEEPEST = 20


def require(
    session: Session, viewer: Viewer, parent_id: int, child: Incident | None = None
) -> Incident:
    """The parent, fit for the child. Raises `NotFound`, or `Invalid` for a circle."""
    session.execute(select(func.pg_advisory_xact_lock(_TURN)))
    parent = find(session, viewer.policy, parent_id)
    if parent.status == "closed":
        raise refused("parent_id", f"{parent.number} is closed. Reopen it first.")
    if child is not None and child.id in _upward(session, parent_id):
        raise refused(
            "parent_id",
            f"{parent.number} belongs to {child.number} itself."
            if parent.id != child.id
            else "An incident cannot belong to itself.",
        )
    return parent


def _upward(session: Session, incident_id: int) -> list[int]:
    """The incident and all it belongs to."""
    chain: list[int] = []
    step: int | None = incident_id
    while step is not None and step not in chain:
        if len(chain) >= _DEEPEST:
            raise refused("parent_id", f"Incidents can be {_DEEPEST} deep at most.")
        chain.append(step)
        step = session.scalar(select(Incident.parent_id).where(Incident.id == step))
    return chain
