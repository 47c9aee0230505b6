"""One county in full: its agencies, its latest files, and every record there is to fix."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session

from geo.gazetteer import Gazetteer
from meris import fields, snapshot
from meris.accounts import Viewer
from meris.errors import NotFound
from meris.scorecard import seen
from meris.scorecard.cards import Card, card_of
from meris.tables import Account, Agency, County, Resource, StatusCode, Upload
from meris.uploads import review

_LATEST_UPLOADS = 20


class Sent(NamedTuple):
    """A file that was sent; `filename` and what it left are None for who may not open it."""

    id: int
    agency: str
    kind: str
    state: str
    at: datetime
    by: str | None
    filename: str | None
    refused: int | None
    held: int | None


@dataclass(frozen=True)
class Folder:
    """A county's card, and what stands behind it. `flaws` counts its records by flaw."""

    card: Card
    agencies: Sequence[Mapping[str, Any]]
    uploads: Sequence[Sent]
    flaws: Mapping[str, int]


class Flawed(NamedTuple):
    """A record with something to fix; `missing` are titles of empty fields."""

    id: int
    kind: str
    name: str
    external_id: str | None
    agency: str
    status: str
    confirmed_at: datetime | None
    unlisted: bool
    stale: bool
    sheltering: bool
    placed: str
    radius_m: int | None
    missing: list[str]


def _flaws() -> dict[str, ColumnElement[bool]]:
    live = snapshot.is_live()
    stale = snapshot.is_stale(live)
    where = seen.placed(live)
    return {
        "open": and_(stale, Resource.kind == "shelter", Resource.status.in_(seen.SHELTERING)),
        "stale": stale,
        "unplaced": where == "nowhere",
        "rough": where == "roughly",
        "lacking": seen.lacking(),
        "missing": func.cardinality(seen.missing()) > 0,
    }


#: What may be wrong with a record, the most urgent first.
FLAWS = tuple(_flaws())


def folder(session: Session, viewer: Viewer, gazetteer: Gazetteer, fips: str) -> Folder:
    """Everything about one county; "" is what no county answers for. Raises `NotFound`."""
    at_home = _at_home(session, fips)
    of_county = seen.in_county(viewer.policy, fips, at_home)
    statement = seen.over(
        of_county,
        "agencies",
        _AGENCY_COLUMNS,
        at_home=at_home,
        every_agency=viewer.may("see_all") or viewer.opens_all_files,
        own_agency=viewer.agency_id or 0,
    )
    agencies = [dict(row) for row in session.execute(statement).mappings()]
    known = {agency["id"] for agency in agencies}.intersection(at_home)
    return Folder(
        card_of(session, viewer, gazetteer, fips, at_home),
        agencies,
        _uploads(session, viewer, sorted(known)),
        _counted(session, viewer, fips, at_home),
    )


_AGENCY_COLUMNS = ("id", "name", "kind", "phone", "records", "to_fix", "people")


def flawed(
    session: Session,
    viewer: Viewer,
    fips: str,
    flaw: str | None = None,
    *,
    offset: int = 0,
    limit: int | None = None,
) -> list[Flawed]:
    """Records of a county with something to fix (with `flaw`: only this), most urgent first.

    Raises `NotFound` for a flaw that there is not.
    """
    if flaw is not None and flaw not in FLAWS:
        raise NotFound("There is no such list.")
    flaws, live = _flaws(), snapshot.is_live()
    statement = seen.joined(
        select(
            Resource.id,
            Resource.kind,
            Resource.name,
            Resource.external_id,
            Agency.name.label("agency"),
            StatusCode.title.label("status"),
            Resource.confirmed_at,
            Resource.unreported_at.is_not(None).label("unlisted"),
            flaws["stale"].label("stale"),
            Resource.status.in_(seen.SHELTERING).label("sheltering"),
            seen.placed(live).label("placed"),
            Resource.position_radius_m.label("radius_m"),
            seen.missing().label("missing"),
        ),
        viewer.policy,
    ).where(
        seen.answered(fips, _at_home(session, fips)),
        or_(*flaws.values()) if flaw is None else flaws[flaw],
    )
    urgent = [condition.desc() for condition in flaws.values()]
    rows = session.execute(
        statement.order_by(*urgent, func.lower(Resource.name), Resource.id)
        .offset(offset)
        .limit(limit)
    )
    return [_with_titles(Flawed(*row)) for row in rows]


def _with_titles(record: Flawed) -> Flawed:
    titles = [fields.field(record.kind, name).title for name in record.missing]
    return record._replace(missing=titles)


def _at_home(session: Session, fips: str) -> list[int]:
    """The agencies of a county; "": those of no county of this state."""
    at_home = select(Agency.id).order_by(Agency.id)
    if fips:
        return list(session.scalars(at_home.where(Agency.county_fips == fips)))
    served = select(County.fips).where(County.served)
    nowhere = or_(Agency.county_fips.is_(None), Agency.county_fips.not_in(served))
    return list(session.scalars(at_home.where(nowhere)))


def _counted(
    session: Session, viewer: Viewer, fips: str, at_home: Sequence[int]
) -> Mapping[str, int]:
    flaws = _flaws()
    counts = [func.count().filter(condition).label(name) for name, condition in flaws.items()]
    every = func.count().filter(or_(*flaws.values())).label("any")
    statement = seen.joined(select(*counts, every), viewer.policy)
    row = session.execute(statement.where(seen.answered(fips, at_home))).mappings().one()
    return dict(row)


def _uploads(session: Session, viewer: Viewer, agencies: Sequence[int]) -> list[Sent]:
    statement = (
        select(
            Upload.id,
            Agency.name,
            Upload.kind,
            Upload.state,
            func.coalesce(Upload.applied_at, Upload.created_at),
            Account.name,
            Upload.filename,
            _left_behind("refused"),
            _left_behind("held"),
            Upload.agency_id,
        )
        .join(Agency, Agency.id == Upload.agency_id)
        .outerjoin(Account, Account.id == Upload.account_id)
        .where(Upload.agency_id.in_(agencies))
        .order_by(Upload.id.desc())
        .limit(_LATEST_UPLOADS)
    )
    sent = [_sent(viewer, row) for row in session.execute(statement).all()]
    return [_as_it_is(session, one) for one in sent]


def _as_it_is(session: Session, sent: Sent) -> Sent:
    """Whether a file that is being applied is, or was interrupted."""
    if sent.state != "applying":
        return sent
    upload = session.get_one(Upload, sent.id)
    return sent._replace(state=review.state_of(session, upload))


def _left_behind(fate: str) -> ColumnElement[Any]:
    return func.coalesce(
        Upload.summary[("fates", fate)].as_integer(), Upload.summary[("counts", fate)].as_integer()
    )


def _sent(viewer: Viewer, row: Any) -> Sent:
    *told, agency_id = row
    own = agency_id == viewer.agency_id
    sent = Sent(*told)
    if viewer.opens_all_files or (own and viewer.may("upload")):
        return sent
    return sent._replace(filename=None, refused=None, held=None)
