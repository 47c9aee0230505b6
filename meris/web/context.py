"""What a view is given: the application's parts, and who is asking."""

from dataclasses import dataclass, field, replace
from typing import cast

from flask import Flask, current_app, g, has_request_context, request

from meris import board
from meris.accounts import PUBLIC, Viewer
from meris.db import Database
from meris.feed import Hub
from meris.fields import Home
from meris.positions import Intake
from meris.settings import Settings
from meris.snapshot import Cache
from meris.web.front import Desks
from meris.web.public_desk import PublicDesk
from meris.web.shared import Shared

#: Blueprints whose answers say that something hidden is there: a giver, a giver's site or the other
#: end of a shipment without a name, a file's doubles at other agencies, what one's own unit was
#: sent to. What staff read of them is held back by the queries alone; the public is not let in.
CROSSING = frozenset(
    {
        *("requests", "requests_api", "requests_paper", "shipments", "shipments_api"),
        *("supplies", "supplies_api", "stocktakes", "stocktakes_api", "items", "items_api"),
        *("running_out", "running_out_api", "site_records", "shelter_counts"),
        *("uploads", "uploads_api", "uploads_api_rows", "upload_steps", "by_hand"),
        *("phone", "phone_api"),
    }
)
_READING = ("GET", "HEAD", "OPTIONS")


@dataclass(frozen=True)
class Context:
    """Made once by `create_app`."""

    settings: Settings
    #: All of it, for what MERIS does by itself.
    whole: Database
    hub: Hub
    home: Home
    intake: Intake
    public: PublicDesk
    desks: Desks
    maps: Cache = field(default_factory=Cache)
    shared: Shared = field(default_factory=Shared)
    boards: board.Cache = field(default_factory=board.Cache)

    @property
    def database(self) -> Database:
        """What a view reads and writes: no more than whoever asks may (docs/adr/0016).

        Who changes something, and who asks one of the parts in `CROSSING`, meets rows that stay
        hidden: they are looked at, by queries that tell no more of them than that they are there.
        """
        sight = viewer().sight
        return self.whole.as_seen_by(replace(sight, everything=True) if _crosses() else sight)


def context() -> Context:
    """The parts of the application at hand."""
    return parts_of(current_app)


def parts_of(app: Flask) -> Context:
    """The parts of an application, as they are when they are asked for."""
    return cast(Context, app.extensions["meris"])


def _crosses() -> bool:
    """Whether staff is at something that must see more than it may tell."""
    if not has_request_context() or not viewer().may("see_staff"):
        return False
    return request.method not in _READING or request.blueprint in CROSSING


def viewer() -> Viewer:
    """Who is asking; the door of the route has let them in already."""
    return cast(Viewer, g.get("viewer", PUBLIC))
