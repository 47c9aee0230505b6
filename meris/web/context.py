"""What a view is given: the application's parts, and who is asking."""

from dataclasses import dataclass, field
from typing import cast

from flask import current_app, g

from meris import board
from meris.accounts import PUBLIC, Viewer
from meris.db import Database
from meris.feed import Hub
from meris.fields import Home
from meris.positions import Intake
from meris.settings import Settings
from meris.snapshot import Cache
from meris.web.shared import Shared


@dataclass(frozen=True)
class Context:
    """Made once by `create_app`."""

    settings: Settings
    database: Database
    hub: Hub
    home: Home
    intake: Intake
    maps: Cache = field(default_factory=Cache)
    shared: Shared = field(default_factory=Shared)
    boards: board.Cache = field(default_factory=board.Cache)


def context() -> Context:
    """The parts of the application at hand."""
    return cast(Context, current_app.extensions["meris"])


def viewer() -> Viewer:
    """Who is asking; the door of the route has let them in already."""
    return cast(Viewer, g.get("viewer", PUBLIC))
