"""Who may send what for whom: a county's people keep to their county, the state may act for one.

Whose resources an upload touches is settled by `Merge`, which knows its agency's only. Here is what
else a file of a county's own people may not do: place things in another county.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from meris.db import Actor
from meris.tables import Agency, County, Upload
from meris.uploads.cells import Record
from meris.uploads.check import Checked


@dataclass(frozen=True)
class Bounds:
    """The county that an upload must keep to."""

    fips: str
    county: str
    agency: str
    others: Mapping[str, str]

    def refuses(self, record: Record, checked: Checked) -> str | None:
        """Why a row that passed its check is refused all the same; None: it is not. A row whose
        county is not known is taken for one of ours."""
        fips = record.values.get("county_fips")
        if fips is None or fips == self.fips:
            return None
        why = self._why(fips)
        _refuse(record, checked, why)
        return why

    def _why(self, fips: str) -> str:
        return (
            f"lies in {self.others.get(fips, fips)} and not in {self.county}. {self.agency} keeps "
            "what is in its own county: correct the place, or ask the state to send this row."
        )


def bounds(session: Session, actor: Actor, upload: Upload) -> Bounds | None:
    """What an upload must keep to: a county, where its own people send it; None: anywhere.

    Units are out and about, so they are never kept to a county.
    """
    if upload.kind == "unit" or actor.agency_id != upload.agency_id:
        return None
    found = session.execute(
        select(County.fips, County.full_name, Agency.name)
        .join(Agency, Agency.county_fips == County.fips)
        .where(Agency.id == upload.agency_id, Agency.kind == "county")
    ).first()
    if found is None:
        return None
    names = session.execute(select(County.fips, County.full_name))
    return Bounds(*found, others=dict(names.all()))


def _refuse(record: Record, checked: Checked, why: str) -> None:
    """Take back that a row passed its check."""
    values = record.values
    checked.problems.add("error", record.number, None, why, rule="authority")
    checked.ready -= 1
    checked.refused += 1
    checked.unplaced -= values.get("position") is None
    checked.approximate -= values.get("position_radius_m") is not None
    if checked.preview and checked.preview[-1] is record:
        checked.preview.pop()
