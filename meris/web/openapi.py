"""/api/openapi.json: the API described from its routes and the field catalogue.

Addresses, methods and words come from the routes and their docstrings. `DETAILS` adds what those
cannot tell; a test fails when a route of the API is missing there.
"""

import re
from collections.abc import Iterator
from typing import Any

from flask import Blueprint, Flask, Response, current_app, jsonify
from werkzeug.routing import Rule

from meris import fields
from meris.version import VERSION
from meris.web import (
    details_areas,
    details_assignments,
    details_audit,
    details_boards,
    details_commands,
    details_freshness,
    details_incidents,
    details_notices,
    details_phone,
    details_placing,
    details_recommend,
    details_requests,
    details_running_out,
    details_supplies,
    details_trails,
)
from meris.web.route_details import WRITE, Details
from meris.web.schemas import SCHEMAS

api = Blueprint("openapi", __name__)

_PLACEHOLDER = re.compile(r"<(?:(\w+):)?(\w+)>")
_NUMBERS = {"int": "integer", "float": "number"}
_HOUR_SECONDS = 3600


_AS = ("as", "the sign-in that a page was made for; refused when it has ended since")
DETAILS: dict[tuple[str, str], Details] = {
    ("/api/map", "GET"): Details(
        "Map", query=(("since", "a cursor; answers only what changed"), _AS), refuses=(401,)
    ),
    ("/api/feed", "GET"): Details(
        "Feed",
        query=(("cursor", "start after this moment; Last-Event-ID does the same"), _AS),
        refuses=(401,),
        media="text/event-stream",
    ),
    ("/api/dispatch", "GET"): Details("Dispatch", query=(_AS,), refuses=(401,)),
    ("/api/resources", "GET"): Details(
        "Briefs", query=(("ids", "whole numbers separated by commas, 200 at most"),), refuses=(422,)
    ),
    ("/api/resources/<int:resource_id>", "GET"): Details("Resource", refuses=(404,)),
    ("/api/resources/<int:resource_id>", "PATCH"): Details(
        "Resource", body="Change", refuses=WRITE
    ),
    ("/api/resources/<int:resource_id>/history", "GET"): Details(
        "History", refuses=(401, 403, 404)
    ),
    ("/api/resources/<int:resource_id>/confirm", "POST"): Details(
        "Resource", body="Confirmation", refuses=WRITE
    ),
    ("/api/search", "GET"): Details(
        "Found", query=(("q", "words, an address, a ZIP, a county, or a position in any notation"),)
    ),
    ("/api/scorecard", "GET"): Details("Scorecard", refuses=(401, 403)),
    ("/api/uploads", "POST"): Details(
        "Upload",
        body="NewUpload",
        sends="multipart/form-data",
        status=201,
        refuses=(400, 401, 403, 404, 413, 422),
    ),
    ("/api/uploads/<int:upload_id>", "GET"): Details("Upload", refuses=(401, 403, 404)),
    ("/api/uploads/<int:upload_id>/progress", "GET"): Details(
        "UploadProgress", refuses=(401, 403, 404)
    ),
    ("/api/uploads/<int:upload_id>/rows", "GET"): Details(
        "UploadRows",
        query=(
            ("fate", "only rows of this fate"),
            ("q", "part of a name or cell, or a row's number"),
            ("after", "only rows after this number"),
            ("limit", "1,000 at most; default 100"),
        ),
        refuses=(401, 403, 404, 422),
    ),
    ("/api/uploads/<int:upload_id>/points", "GET"): Details(
        "UploadPoints", refuses=(401, 403, 404)
    ),
    ("/api/uploads/<int:upload_id>/file", "GET"): Details(
        "File", refuses=(401, 403, 404), media="application/octet-stream"
    ),
    ("/api/uploads/<int:upload_id>/fix", "POST"): Details(
        "Upload", body="UploadFix", refuses=(400, *WRITE)
    ),
    ("/api/uploads/<int:upload_id>/check", "POST"): Details(
        "Upload", body="UploadReading", refuses=(400, *WRITE)
    ),
    ("/api/uploads/<int:upload_id>/apply", "POST"): Details(
        "Upload", body="UploadApplying", refuses=(400, *WRITE)
    ),
    ("/api/exports/<kind>.<extension>", "GET"): Details(
        "File",
        query=(("agency", "name or id; without it your own agency or, for the state, all"),),
        refuses=(401, 403, 404),
        media="*/*",
    ),
    ("/api/uploads/<int:upload_id>/pairs", "GET"): Details(
        "UploadPairs",
        query=(("after", "only pairs after this id"), ("limit", "100 at most; default 50")),
        refuses=(401, 403, 404, 422),
    ),
    ("/api/uploads/<int:upload_id>/pairs", "POST"): Details(
        "UploadPairCounts", body="UploadAnswer", refuses=(400, *WRITE)
    ),
    ("/api/uploads/<int:upload_id>/absent", "GET"): Details(
        "UploadAbsent",
        query=(("after", "only ids after this one"), ("limit", "1,000 at most; default 100")),
        refuses=(401, 403, 404, 422),
    ),
    ("/api/uploads/<int:upload_id>/absent", "POST"): Details(
        "UploadMarked", body="UploadMarking", refuses=WRITE
    ),
    ("/api/uploads/<int:upload_id>/undo", "POST"): Details("Upload", refuses=(400, *WRITE)),
    ("/api/uploads/<int:upload_id>/publish", "POST"): Details("UploadPublished", refuses=WRITE),
    ("/api/openapi.json", "GET"): Details("OpenAPI"),
    **details_areas.ROUTES,
    **details_audit.ROUTES,
    **details_boards.ROUTES,
    **details_commands.ROUTES,
    **details_assignments.ROUTES,
    **details_freshness.ROUTES,
    **details_incidents.ROUTES,
    **details_notices.ROUTES,
    **details_phone.ROUTES,
    **details_placing.ROUTES,
    **details_recommend.ROUTES,
    **details_requests.ROUTES,
    **details_running_out.ROUTES,
    **details_supplies.ROUTES,
    **details_trails.ROUTES,
}


@api.get("/api/openapi.json")
def description() -> Response:
    """This description of the API (OpenAPI 3.1)."""
    response = jsonify(describe(current_app))
    response.headers["Cache-Control"] = f"public, max-age={_HOUR_SECONDS}"
    return response


def describe(app: Flask) -> dict[str, Any]:
    """The OpenAPI document of an application."""
    paths: dict[str, dict[str, Any]] = {}
    for rule in routes(app):
        path = paths.setdefault(_PLACEHOLDER.sub(r"{\2}", rule.rule), {})
        for method in methods(rule):
            path[method.lower()] = _operation(app, rule, method)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "MERIS",
            "version": VERSION,
            "description": "Emergency resources of a state: shelters, supplies and responders."
            " Without a token the API answers what the public may see.",
        },
        "paths": paths,
        "security": [{}, {"token": []}, {"cookie": []}],
        "components": {"schemas": _schemas(), "securitySchemes": _SECURITY},
    }


def routes(app: Flask) -> Iterator[Rule]:
    """The routes of the API, by address."""
    for rule in sorted(app.url_map.iter_rules(), key=lambda rule: rule.rule):
        if rule.rule.startswith("/api/"):
            yield rule


def methods(rule: Rule) -> list[str]:
    """The methods that a route was made for."""
    return sorted((rule.methods or set()) - {"HEAD", "OPTIONS"})


_SECURITY = {
    "token": {"type": "http", "scheme": "bearer", "description": "made at /tokens"},
    "cookie": {
        "type": "apiKey",
        "in": "cookie",
        "name": "meris",
        "description": "a browser's log-in; writes need the header X-CSRFToken",
    },
}


def _schemas() -> dict[str, Any]:
    kinds = {"Shelter": "shelter", "Supply": "supply", "SupplySite": "supply_site", "Unit": "unit"}
    of_kinds = {name: fields.json_schema(kind) for name, kind in kinds.items()}
    for schema in of_kinds.values():
        schema.pop("$schema", None)
    return SCHEMAS | of_kinds


def _operation(app: Flask, rule: Rule, method: str) -> dict[str, Any]:
    words = (app.view_functions[rule.endpoint].__doc__ or "").strip()
    summary, _, rest = words.partition("\n")
    details = DETAILS.get((rule.rule, method), Details("Anything"))
    operation: dict[str, Any] = {
        "operationId": f"{rule.endpoint.replace('.', '_')}_{method.lower()}",
        "summary": summary.rstrip("."),
        "parameters": [*_in_path(rule), *_in_query(details)],
        "responses": _responses(details),
    }
    if rest.strip():
        operation["description"] = " ".join(rest.split())
    if details.body:
        operation["requestBody"] = {
            "required": True,
            "content": _content(details.body, details.sends),
        }
    return operation


def _in_path(rule: Rule) -> Iterator[dict[str, Any]]:
    for converter, name in _PLACEHOLDER.findall(rule.rule):
        schema = {"type": _NUMBERS.get(converter, "string")}
        yield {"name": name, "in": "path", "required": True, "schema": schema}


def _in_query(details: Details) -> Iterator[dict[str, Any]]:
    for name, words in details.query:
        yield {"name": name, "in": "query", "description": words, "schema": {"type": "string"}}


def _responses(details: Details) -> dict[str, Any]:
    done = {"description": "Done", "content": _content(details.answer, details.media)}
    refusals = {
        str(status): {"description": _REFUSALS[status], "content": _content("Error")}
        for status in details.refuses
    }
    return {str(details.status): done, **refusals}


_REFUSALS = {
    400: "Cannot be done with what was sent; `message` says why and what to do",
    401: "Nobody is logged in, or the log-in has ended",
    403: "Known, but not allowed",
    404: "Not there, or not for this viewer to know",
    409: "Somebody changed it first; `current` is what it is now",
    413: "Larger than this installation accepts",
    422: "Breaks a rule; `problems` says which",
    503: "Not at this moment; send the same again",
}


def _content(schema: str, media: str = "application/json") -> dict[str, Any]:
    return {media: {"schema": {"$ref": f"#/components/schemas/{schema}"}}}
