"""The map page, and the snapshot it starts from."""

import time
from functools import cache
from typing import Any

from flask import Blueprint, Response, render_template, request

from meris import fields, snapshot
from meris.accounts import Viewer
from meris.web import assets
from meris.web.context import context, viewer
from meris.web.sessions import mark

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
    facts = home.gazetteer.facts
    return {
        "state": {"code": home.state, "name": home.name},
        "view": {"lat": facts.start.lat, "lon": facts.start.lon, "zoom": facts.start_zoom},
        "bounds": facts.bounds.as_list(),
        "geo_url": assets.static_url(f"geo/{home.state}"),
        "symbols_url": assets.static_url("img/symbols.svg"),
        "tile_url": settings.tile_url,
        "tile_attribution": settings.tile_attribution,
        "pmtiles": settings.pmtiles,
        "kinds": _kinds(),
        "words": _words(),
        "zone": str(home.zone),
        "counties": [
            {"fips": c.fips, "name": c.name, "full_name": c.full_name, "regions": dict(c.regions)}
            for c in home.gazetteer.counties.values()
        ],
        "regions": [
            {
                "scheme": scheme.code,
                "title": scheme.title,
                "codes": [[region.code, region.title] for region in scheme.regions],
            }
            for scheme in home.gazetteer.regions
        ],
        "viewer": _viewer(),
        "urls": {"log_in": "/log-in", "upload": "/uploads/new"},
    }


_NAMES = {
    "shelter": ("Shelters", "shelter"),
    "supply_site": ("Supply sites", "supply site"),
    "unit": ("Units", "unit"),
}


@cache
def _kinds() -> list[dict[str, Any]]:
    return [
        {
            "code": kind,
            "title": _NAMES[kind][0],
            "one": _NAMES[kind][1],
            "statuses": fields.code_list(fields.statuses(kind)),
            "types": fields.code_list(fields.types(kind)),
        }
        for kind in fields.KINDS
    ]


@cache
def _words() -> dict[str, list[dict[str, str]]]:
    """The code lists of dispatch: what a page writes instead of a code."""
    return {
        "priority": fields.code_list(fields.PRIORITY),
        "incident_status": fields.code_list(fields.INCIDENT_STATUS),
        "assignment_status": fields.code_list(fields.ASSIGNMENT_STATUS),
        "close_reason": fields.code_list(fields.CLOSE_REASON),
        "area_kind": fields.code_list(fields.AREA_KIND),
        "sensitivity": fields.code_list(fields.SENSITIVITY),
    }


def _moves_units(person: Viewer) -> str:
    """Whose units they may move at an incident: "all", those of the "own" agency, or "none"."""
    if person.may("dispatch"):
        return "all"
    return "own" if person.may("report") or person.may("edit_own") else "none"


def _viewer() -> dict[str, Any]:
    person = viewer()
    return {
        "name": person.name,
        "mark": mark(),
        "signed_in": person.signed_in,
        "agency": person.agency_name,
        "agency_id": person.agency_id,
        "roles": sorted(person.roles),
        "can_edit": any(person.may(name) for name in ("edit_all", "edit_own", "report")),
        "can_upload": person.may("upload"),
        "may": {name: person.may(name) for name in ("see_staff", "dispatch", "rules")},
        "moves_units": _moves_units(person),
    }
