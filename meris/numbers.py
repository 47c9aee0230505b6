"""Numbers of a year: of incidents, requests and shipments, each from one on, without a gap."""

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from meris.fields import Home
from meris.tables import IncidentCounter, RequestCounter, ShipmentCounter

Counter = type[IncidentCounter] | type[RequestCounter] | type[ShipmentCounter]


def next_of_year(session: Session, counter: Counter, home: Home) -> tuple[int, int]:
    """The year and the next number in it; who asks for the next waits until this is committed."""
    year = home.now().astimezone(home.zone).year
    row = insert(counter).values(year=year, last=1)
    counted = row.on_conflict_do_update(
        index_elements=["year"], set_={"last": counter.__table__.c.last + 1}
    )
    return year, session.scalars(counted.returning(counter.last)).one()
