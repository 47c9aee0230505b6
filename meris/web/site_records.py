"""/sites/ID/record: a shelter's life on one page: counts over days, moves, dates, who asked."""

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, flash, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from meris import counts, fields, freshness, resources, running_out, shelters, stays
from meris.errors import Conflict, Forbidden, Invalid, NotFound
from meris.resources.read import find
from meris.tables import Resource, Shelter
from meris.web import phone_words, running_out_words
from meris.web.context import context, viewer
from meris.web.count_chart import chart

pages = Blueprint("site_records", __name__)
api = Blueprint("shelter_counts", __name__)

_MOST_COUNTS = 200
#: Of the record, what somebody asks first of a building, in this order.
_FEATURES = (
    "wheelchair_accessible",
    "ada_compliant",
    "pet_policy",
    "pet_capacity",
    "generator",
    "backup_power_kw",
    "self_sufficient_electricity",
    "kitchen",
    "showers",
)
_LIFE = (
    "managing_org",
    "inspected_on",
    "agreement",
    "agreement_on",
    "agreement_until",
    "opened_at",
    "closed_at",
    "restored_on",
)
_IN_CHARGE = ("manager_role", "manager_name", "manager_phone")
_LINES = range(1, 7)


@pages.get("/sites/<int:site_id>/record")
def show(site_id: int) -> str:
    """The record of a shelter."""
    with context().database.reading() as session:
        return _page(session, site_id)


@pages.post("/sites/<int:site_id>/record")
def move(site_id: int) -> ResponseReturnValue:
    """Set its status; where its people went, when it empties."""
    form = request.form
    values = {name: form[name] for name in ("status", "status_reason") if form.get(name)}
    try:
        if "status" not in values:
            raise Invalid("Choose what its status is now.")
        with context().database.transaction(viewer().actor) as session:
            resources.change(
                session,
                viewer(),
                site_id,
                version=form.get("version", 0, int),
                values=values | stays.of_form(form),
                home=context().home,
            )
    except (Conflict, Forbidden, Invalid) as refused:
        with context().database.reading() as session:
            page = _page(session, site_id, typed=form, message=refused.message)
            return page, 409 if isinstance(refused, Conflict) else 422
    title = fields.statuses("shelter")[values["status"]].title.lower()
    flash(f"It is {title} now.", "success")
    return redirect(url_for(".show", site_id=site_id))


@api.get("/api/shelters/<int:shelter_id>/counts")
def history(shelter_id: int) -> ResponseReturnValue:
    """The counts of a shelter, newest first, its capacities, and who is on the way."""
    with context().database.reading() as session:
        shelter, part = _shelter(session, shelter_id)
        rows = counts.history(session, shelter_id, most=_most(request.args.get("most")))
        coming = stays.arriving(session, viewer(), shelter_id)
        facts = shelters.facts_of(part)
        return jsonify(
            shelter={"id": shelter.id, "name": shelter.name, "status": shelter.status},
            evacuation_capacity=part.evacuation_capacity,
            post_impact_capacity=part.post_impact_capacity,
            capacity_in_use=shelters.phase_in_use(facts),
            counts=[counts.told(row) for row in rows],
            on_the_way=[one.told() for one in coming],
            went=[one.told() for one in stays.left(session, viewer(), shelter_id)],
        )


def _most(given: str | None) -> int:
    if given is None:
        return _MOST_COUNTS
    if not (given.isascii() and given.isdecimal() and 0 < int(given) <= counts.MOST):
        raise Invalid(f'"most" is a whole number from 1 to {counts.MOST}.')
    return int(given)


def _shelter(session: Session, site_id: int) -> tuple[Resource, Shelter]:
    resource = find(session, viewer().policy, site_id)
    part = session.get(Shelter, site_id)
    if part is None:
        raise NotFound("There is no such shelter, or you may not see it.")
    return resource, part


def _page(
    session: Session,
    site_id: int,
    *,
    typed: Mapping[str, str] | None = None,
    message: str | None = None,
) -> str:
    one, part = _shelter(session, site_id)
    now, zone = context().home.now(), context().home.zone
    rows = counts.history(session, site_id, most=_MOST_COUNTS)
    told = resources.detail(session, viewer(), site_id, context().home)
    facts, known = shelters.facts_of(part), {field["name"]: field for field in told["fields"]}
    return render_template(
        "sites/record.html",
        one=one,
        part=part,
        told=told,
        use=_use(part),
        phase=shelters.phase_in_use(facts),
        promised=shelters.promised(session, [site_id]).get(site_id),
        chart=chart(rows, part, now, zone),
        small_chart=chart(rows, part, now, zone, width=340, height=190),
        letter=fields.statuses("shelter")[one.status].glyph,
        counts=rows,
        lasting=running_out_words.lasting(
            running_out.of_site(session, viewer(), site_id, context().home), now
        ),
        arriving=stays.arriving(session, viewer(), site_id),
        left=stays.left(session, viewer(), site_id),
        warnings=told["warnings"],
        groups=[
            (title, [known[name] for name in names if name in known])
            for title, names in (
                ("In charge", _IN_CHARGE), ("Building", _FEATURES), ("Dates and agreement", _LIFE))
        ],
        tries=freshness.tries(session, site_id),
        moves=_moves(told),
        havens=stays.havens(session, viewer(), one),
        lines=_LINES,
        leaving=stays.LEAVING,
        typed=typed or {},
        message=message,
        now=now,
        since=lambda at: phone_words.since(at, now),
        clock=lambda at: phone_words.clock(at, now),
    )  # fmt: skip


def _use(part: Shelter) -> int | None:
    """How full it is in percent of the capacity in use; None is unknown."""
    places = shelters.capacity_in_use(shelters.facts_of(part))
    if part.population_total is None or not places:
        return None
    return round(100 * part.population_total / places)


def _moves(told: Mapping[str, Any]) -> list[dict[str, Any]]:
    """What it may become by this viewer's hand, with title and letter."""
    if not told["editable"]:
        return []
    codes = fields.statuses("shelter")
    return [
        {"status": code.code, "title": code.title, "letter": code.glyph}
        for code in codes
        if code.code in told["moves"]
    ]
