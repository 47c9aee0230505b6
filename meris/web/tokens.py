"""/tokens: keys that an agency gives to its machines."""

import structlog
from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from meris.accounts import ROLES, agencies, tokens
from meris.accounts.roles import permissions_of
from meris.errors import Invalid
from meris.tables import Agency
from meris.web.context import context, viewer

pages = Blueprint("tokens", __name__)
log = structlog.get_logger(__name__)


@pages.get("/tokens")
def index() -> str:
    """The agency's tokens, and the form for a new one."""
    return _page()


@pages.post("/tokens")
def create() -> ResponseReturnValue:
    """Make a token and show it this once."""
    form = request.form
    try:
        with context().database.transaction(viewer().actor) as session:
            agency = _agency(session, form.get("agency", ""))
            name, role = form.get("name", ""), form.get("role", "")
            made = tokens.create(session, viewer(), name=name, role=role, agency=agency)
    except Invalid as refused:
        return _page(problem=refused.message), 422
    log.info("token made", who=viewer().account_id, token=made.token.id)
    return _page(made=made)


@pages.post("/tokens/<int:token_id>/revoke")
def revoke(token_id: int) -> ResponseReturnValue:
    """End a token at once."""
    with context().database.transaction(viewer().actor) as session:
        token = tokens.revoke(session, viewer(), token_id)
    log.info("token revoked", who=viewer().account_id, token=token.id)
    flash(f"The token {token.name} is revoked. Nothing opens with it any more.", "success")
    return redirect(url_for("tokens.index"))


def _page(made: tokens.NewToken | None = None, problem: str | None = None) -> str:
    with context().database.reading() as session:
        return render_template(
            "tokens/index.html",
            tokens=tokens.of(session, viewer()),
            roles=tokens.grantable(viewer()),
            titles={role.name: role.title for role in ROLES},
            agencies=agencies.every(session) if viewer().may("edit_all") else [],
            made=made,
            may_upload=made is not None and "upload" in permissions_of(made.token.role),
            problem=problem,
            typed=request.form,
        )


def _agency(session: Session, given: str) -> Agency | None:
    return agencies.find(session, given) if given else None
