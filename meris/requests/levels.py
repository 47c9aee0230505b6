"""The levels of a request and who may act at each: the county, its region, the state (domain §4.4).

Going up is in `escalation`.
"""

from sqlalchemy import select
from sqlalchemy.orm import Session

from meris.accounts import Viewer
from meris.requests.states import is_desk
from meris.tables import Region, RegionScheme, Request, Resource, region_county

#: From each level the ones it may go to. Going down hands it back.
LEVELS: dict[str, tuple[str, ...]] = {
    "county": ("region", "state"),
    "region": ("state", "county"),
    "state": ("region", "county"),
}
ORDER = ("county", "region", "state")
_SCHEME = "sema"


def reaches(viewer: Viewer, request: Request, agency_kind: str) -> bool:
    """Whether stock of such an agency may be promised to the request by the viewer."""
    if agency_kind != "state":
        return True
    return request.level == "state" and viewer.may("see_all")


def keeps_site(viewer: Viewer, kind: str, agency_id: int) -> bool:
    """Whether the viewer keeps the stock of a site."""
    return viewer.editable(kind=kind, agency_id=agency_id) is None


def levels_of(viewer: Viewer, request: Request) -> list[str]:
    """Where the viewer may take the request: its desk up, the state also back down."""
    if not is_desk(viewer, request):
        return []
    here = ORDER.index(request.level)
    return [
        to
        for to in LEVELS[request.level]
        if ORDER.index(to) > here or viewer.may("see_all") or request.level == "region"
    ]


def region_of(session: Session, site: Resource | None) -> str | None:
    """The region that a site's county lies in, e.g. SEMA Region F; the regions are data."""
    if site is None or site.county_fips is None:
        return None
    statement = (
        select(Region.title)
        .join(RegionScheme, RegionScheme.id == Region.scheme_id)
        .join(region_county, region_county.c.region_id == Region.id)
        .where(RegionScheme.code == _SCHEME, region_county.c.county_fips == site.county_fips)
    )
    return session.scalar(statement)
