"""/incidents: every incident there ever was, searchable, a page at a time; and reopening one."""

from datetime import datetime
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from meris import fields
from meris.errors import Conflict, Invalid
from meris.incidents import listing, types
from meris.incidents.moves import set_status
from meris.incidents.read import find
from meris.incidents.typed import number_of
from meris.web.context import context, viewer

pages = Blueprint("incident_list", __name__)
writes = Blueprint("incident_reopening", __name__)

_KEPT = ("status", "q", "county", "type")
_PAGE = 50
#: What was typed breaks a rule.
_REFUSED = 422


@pages.get("/incidents")
def index() -> str:
    """Incidents by status, words, county and type, the newest first."""
    chosen = {name: request.args.get(name, "").strip() for name in _KEPT}
    chosen["status"] = chosen["status"] or "all"
    asked = listing.Asked(
        **chosen, before=number_of(request.args.get("before"), "before"), limit=_PAGE
    )
    with context().database.reading() as session:
        found = listing.listed(session, viewer(), asked)
        every_type = [(one.code, one.title) for one in types.every(session)]
    return render_template(
        "boards/incidents.html",
        incidents=[_line(one) for one in found["incidents"]],
        next=found["next"],
        later="before" in request.args,
        chosen=chosen,
        kept={name: text for name, text in chosen.items() if text},
        narrowed=any(chosen[name] for name in ("q", "county", "type")) or chosen["status"] != "all",
        types=every_type,
        counties=_counties(),
        statuses=fields.INCIDENT_STATUS,
    )


@writes.get("/incidents/<int:incident_id>/reopen")
def ask(incident_id: int) -> str:
    """Why is it to be opened again?"""
    return _form(incident_id)


@writes.post("/incidents/<int:incident_id>/reopen")
def reopen(incident_id: int) -> ResponseReturnValue:
    """Open it again with a reason, and show it on the map."""
    reason = request.form.get("reason", "")
    try:
        with context().database.transaction(viewer().actor) as session:
            set_status(
                session,
                viewer(),
                incident_id,
                version=request.form.get("version", 0, int),
                status="active",
                reason=reason.strip() or None,
                key=request.form.get("key") or None,
            )
    except Conflict:
        flash("Somebody changed it meanwhile. Look again, then decide.", "error")
        return redirect(url_for(".ask", incident_id=incident_id))
    except Invalid as refused:
        return _form(incident_id, reason=reason, problem=refused.message), _REFUSED
    return redirect(f"/?incident={incident_id}")


def _form(incident_id: int, *, reason: str = "", problem: str | None = None) -> str:
    with context().database.reading() as session:
        incident = find(session, viewer().policy, incident_id)
        return render_template(
            "boards/reopen.html",
            incident=incident,
            type_title=incident.kind.title,
            closed_because=_reason(incident.close_reason),
            reason=reason,
            problem=problem,
        )


def _line(one: dict[str, Any]) -> dict[str, Any]:
    """A listed incident in the words of the page."""
    priority = fields.PRIORITY[str(one["priority"])]
    return one | {
        "status_title": fields.INCIDENT_STATUS[one["status"]].title,
        "priority_title": priority.title,
        "reported": datetime.fromisoformat(one["reported_at"]),
        "closed": datetime.fromisoformat(one["closed_at"]) if one["closed_at"] else None,
        "because": _reason(one["close_reason"]),
    }


def _reason(code: str | None) -> str | None:
    """Why it was closed, in words."""
    if code is None:
        return None
    return fields.CLOSE_REASON[code].title if code in fields.CLOSE_REASON else code


def _counties() -> list[tuple[str, str]]:
    counties = context().home.gazetteer.counties.values()
    return sorted(((one.fips, one.full_name) for one in counties), key=lambda pair: pair[1])
