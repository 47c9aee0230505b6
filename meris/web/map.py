"""The map page, and the snapshot it starts from."""

import time
from typing import Any

from flask import Blueprint, Response, render_template, request

from meris import fields, snapshot
from meris.snapshot import EPOCH_2020, POSITION_AGE_LIMIT_MINUTES
from meris.web.context import context, viewer

pages = Blueprint("map", __name__)
api = Blueprint("map_api", __name__)


@pages.get("/")
def index() -> str:
    """The dispatcher's map."""
    return render_template("map/index.html", page_settings=page_settings())


@api.get("/api/map")
def columns() -> Response:
    """Everything the viewer may see as columns, or what changed `since` a cursor."""
    since = request.args.get("since")
    parts, policy = context(), viewer().policy
    if since is None:
        entry = parts.maps.current(parts.database, policy)
        if request.if_none_match.contains(entry.etag):
            return Response(status=304, headers={"ETag": f'"{entry.etag}"'})
        return _compressed(entry)
    with parts.database.reading() as session:
        news = snapshot.since(session, policy, since)
    return _compressed(snapshot.Entry.of(news | {"now": int(time.time())}))


def _compressed(entry: snapshot.Entry) -> Response:
    """The body in the best encoding the client takes; made once, sent many times."""
    encoding = request.accept_encodings.best_match(("br", "gzip"))
    response = Response(entry.body(encoding), mimetype="application/json")
    response.headers["Vary"] = "Accept-Encoding, Cookie, Authorization"
    response.headers["Cache-Control"] = "private, no-cache"
    response.set_etag(entry.etag)
    if encoding:
        response.headers["Content-Encoding"] = encoding
    return response


def page_settings() -> dict[str, Any]:
    """What the page's scripts must know before they ask for anything."""
    settings, home = context().settings, context().home
    gazetteer = home.gazetteer
    return {
        "state": home.state,
        "state_name": home.name,
        "zone": str(home.zone),
        "exercise": settings.exercise,
        "start": {
            "lat": gazetteer.facts.start.lat,
            "lon": gazetteer.facts.start.lon,
            "zoom": gazetteer.facts.start_zoom,
        },
        "bounds": gazetteer.bounds.as_list(),
        "tile_url": settings.tile_url,
        "pmtiles": settings.pmtiles,
        "epoch": EPOCH_2020,
        "position_age_limit_minutes": POSITION_AGE_LIMIT_MINUTES,
        "kinds": [_kind(kind) for kind in fields.KINDS],
        "sensitivities": fields.code_list(fields.SENSITIVITY),
        "counties": [[c.fips, c.name] for c in gazetteer.counties.values()],
        "regions": [
            {
                "code": scheme.code,
                "title": scheme.title,
                "regions": [[r.code, r.title, list(r.counties)] for r in scheme.regions],
            }
            for scheme in gazetteer.regions
        ],
        "viewer": _viewer(),
    }


_TITLES = {"shelter": "Shelters", "supply_site": "Supply sites", "unit": "Units"}


def _kind(kind: str) -> dict[str, Any]:
    return {
        "kind": kind,
        "title": _TITLES[kind],
        "statuses": [
            status | {"age_limit_minutes": fields.age_limit_minutes(kind, status["code"])}
            for status in fields.code_list(fields.statuses(kind))
        ],
        "types": fields.code_list(fields.types(kind)),
    }


def _viewer() -> dict[str, Any]:
    person = viewer()
    return {
        "name": person.name,
        "signed_in": person.signed_in,
        "agency": person.agency_name,
        "agency_id": person.agency_id,
        "roles": sorted(person.roles),
        "may": [name for name in ("upload", "edit_all", "edit_own", "report", "history")
                if person.may(name)],
    }  # fmt: skip
