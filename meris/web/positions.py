"""/m/devices: tracking apps of a person's own; and the positions that the phone's page takes."""

import time
from urllib.parse import urljoin

import segno
import structlog
from flask import Blueprint, Response, flash, jsonify, redirect, request
from flask.typing import ResponseReturnValue

from meris.errors import Conflict, Invalid
from meris.language import _
from meris.phone import view
from meris.positions import devices, page
from meris.web.context import context, viewer
from meris.web.ingest import OWNTRACKS, TRACCAR
from meris.web.phone import phone_page
from meris.web.phone_api import require_mark
from meris.web.sending import body_of

pages = Blueprint("devices", __name__)
api = Blueprint("positions", __name__)
log = structlog.get_logger(__name__)


@pages.get("/m/devices")
def index() -> str:
    """My tracking apps, when each was last heard, and the form for a new one."""
    return _page()


@pages.post("/m/devices")
def create() -> ResponseReturnValue:
    """Make a device and show its token this once."""
    name, kind = request.form.get("name", ""), request.form.get("kind", "")
    try:
        with context().database.transaction(viewer().actor) as session:
            made = devices.make(session, viewer(), name=name, kind=kind)
    except (Invalid, Conflict) as refused:
        return _page(problem=refused.message), 422
    context().intake.refresh()
    log.info("device made", who=viewer().account_id, device=made.device.id)
    return _page(made=made)


@pages.post("/m/devices/<int:device_id>/revoke")
def revoke(device_id: int) -> ResponseReturnValue:
    """End a device at once."""
    with context().database.transaction(viewer().actor) as session:
        device = devices.revoke(session, viewer(), device_id)
    context().intake.refresh()
    log.info("device revoked", who=viewer().account_id, device=device.id)
    told = _("%(name)s is revoked. Nothing it sends is kept any more.", name=device.name)
    flash(told, "good")
    return redirect("/m/devices", 303)


@api.post("/api/phone/positions")
def taken() -> Response:
    """Take where a phone was, from its own page; only while its owner is on duty and shares.

    Answers how many fixes were kept, and why the others were not: `off_duty`, `old` (more than a
    day), `ahead` (of our clock), `nowhere`, `twice`, `jump` (faster than the unit can be).
    """
    body = body_of()
    require_mark(body.get("account"))
    fixes = page.read(body, time.time())
    track = context().intake.track_of_page(viewer().account_id or 0)
    with context().database.transaction(viewer().actor) as session:
        became = page.take(session, viewer(), track, fixes)
    return jsonify(taken=became.taken, dropped=became.dropped)


def _page(made: devices.NewDevice | None = None, problem: str | None = None) -> str:
    with context().database.reading() as session:
        duty, lines = view.on_duty(session, viewer()), devices.of(session, viewer())
    return phone_page(
        "devices",
        duty,
        lines=lines,
        made=made,
        setup=_setup(made) if made else None,
        problem=problem,
        kinds=devices.KINDS,
        typed=request.form,
    )


def _setup(made: devices.NewDevice) -> dict[str, str]:
    """How the program learns where to send and by which token: a link, and its QR code as SVG."""
    if made.device.kind == "owntracks":
        url = urljoin(request.host_url, OWNTRACKS)
        link = devices.owntracks_link(url, made.token, made.device.name)
    else:
        url = urljoin(request.host_url, TRACCAR)
        link = devices.traccar_link(url, made.token)
    # drawn by attributes: the page's policy forbids styles of its own
    code = segno.make(link, error="m").svg_inline(
        border=4, light="#fff", dark="#000", svgclass=None, lineclass=None, omitsize=True
    )
    return {"url": url, "link": link, "code": code}
