"""/accounts: the accounts of people, for administrators: who there is, adding, closing, helping."""

from collections.abc import Callable, Mapping
from typing import Any

import structlog
from flask import Blueprint, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_security import auth_required
from sqlalchemy.orm import Session

from meris.accounts import ROLES, admin, agencies, people
from meris.accounts.people import NewPassword
from meris.errors import Conflict, Invalid, NotFound
from meris.tables import Agency
from meris.web.context import context, viewer
from meris.web.errors import status_of
from meris.web.sessions import limits
from meris.wording import plural

pages = Blueprint("people", __name__)
log = structlog.get_logger(__name__)

_LINES = 100

#: Who left a screen unlocked must not have made an administrator of whoever passed by.
still_you = auth_required("session", within=lambda: current_app.config["SECURITY_FRESHNESS"])


@pages.get("/accounts")
@still_you
def index() -> str:
    """All accounts, or those that the filters ask for, and the form for a new one."""
    return _index()


@pages.post("/accounts")
@still_you
def add() -> ResponseReturnValue:
    """Make an account, and show its pass phrase this once."""
    form = request.form
    try:
        with context().database.transaction(viewer().actor) as session:
            viewer().require("accounts", "make accounts")
            made = people.add(
                session,
                email=form.get("email", ""),
                name=form.get("name", ""),
                roles=form.getlist("role"),
                agency=_agency(session, form.get("agency", "")),
                mfa_roles=context().settings.mfa_roles,
            )
    except (Invalid, Conflict, NotFound) as refused:
        return _index(problem=refused.message), status_of(refused)
    log.info("account made", who=viewer().account_id, account=made.account.id)
    return _one(made.account.id, made=made)


@pages.get("/accounts/<int:account_id>")
@still_you
def show(account_id: int) -> str:
    """One account, and what can be done with it."""
    return _one(account_id)


@pages.post("/accounts/<int:account_id>/password")
@still_you
def new_password(account_id: int) -> ResponseReturnValue:
    """Give a new pass phrase, and show it this once."""
    mfa_roles = context().settings.mfa_roles
    try:
        with context().database.transaction(viewer().actor) as session:
            made = admin.new_password(session, viewer(), account_id, mfa_roles)
    except Invalid as refused:
        return _one(account_id, problem=refused.message), status_of(refused)
    log.info("password given", who=viewer().account_id, account=account_id)
    return _one(account_id, made=made)


@pages.post("/accounts/<int:account_id>/<what>")
@still_you
def act(account_id: int, what: str) -> ResponseReturnValue:
    """One of the steps of its page; the page again, with what came of it."""
    if what not in _ACTS:
        raise NotFound("There is no such step.")
    try:
        with context().database.transaction(viewer().actor) as session:
            said = _ACTS[what](session, account_id, request.form)
    except (Invalid, NotFound) as refused:
        return _one(account_id, problem=refused.message), status_of(refused)
    log.info("account changed", who=viewer().account_id, account=account_id, what=what)
    flash(said, "success")
    return redirect(url_for("people.show", account_id=account_id))


Act = Callable[[Session, int, Mapping[str, Any]], str]


def _place(session: Session, account_id: int, form: Mapping[str, Any]) -> str:
    agency = _agency(session, form.get("agency", ""))
    roles = request.form.getlist("role")
    account = admin.set_place(session, viewer(), account_id, roles=roles, agency=agency)
    return f"What {account.name} may do is changed."


def _close(session: Session, account_id: int, _form: Mapping[str, Any]) -> str:
    account = admin.set_active(session, viewer(), account_id, active=False)
    return f"The account of {account.name} is closed, and logged out everywhere."


def _open(session: Session, account_id: int, _form: Mapping[str, Any]) -> str:
    account = admin.set_active(session, viewer(), account_id, active=True)
    return f"{account.name} may log in again."


def _log_out(session: Session, account_id: int, _form: Mapping[str, Any]) -> str:
    account, devices = admin.end_sign_ins(session, viewer(), account_id)
    return f"{account.name} is logged out on {plural(devices, 'device')}."


def _forget_factor(session: Session, account_id: int, _form: Mapping[str, Any]) -> str:
    account = admin.take_second_factor(session, viewer(), account_id)
    return (
        f"{account.name} logs in with the password alone, and sets up a new second factor if one"
        " is due."
    )


_ACTS: dict[str, Act] = {
    "place": _place,
    "close": _close,
    "open": _open,
    "log-out": _log_out,
    "forget-second-factor": _forget_factor,
}


def _index(problem: str | None = None) -> str:
    given = request.args
    q, state = given.get("q", "").strip()[:100], given.get("state", "")
    with context().database.reading() as session:
        lines = admin.listed(
            session,
            viewer(),
            limits(),
            q=q,
            state=state,
            after=given.get("after", ""),
            most=_LINES + 1,
        )
        return render_template(
            "accounts/index.html",
            lines=lines[:_LINES],
            more=len(lines) > _LINES,
            q=q,
            state=state,
            narrowed=bool(q or state or given.get("after")),
            problem=problem,
            typed=request.form,
            **_choices(session),
        )


def _one(
    account_id: int,
    *,
    made: NewPassword | None = None,
    problem: str | None = None,
) -> str:
    with context().database.reading() as session:
        line = admin.one(session, viewer(), limits(), account_id)
        return render_template(
            "accounts/one.html",
            line=line,
            account=line.account,
            made=made,
            problem=problem,
            has_roles={role.name for role in line.account.roles},
            mine=account_id == viewer().account_id,
            must=people.must_use_second_factor(line.account, context().settings.mfa_roles),
            **_choices(session),
        )


def _choices(session: Session) -> dict[str, Any]:
    return {"roles": ROLES, "agencies": agencies.every(session), "states": admin.STATES}


def _agency(session: Session, given: str) -> Agency | None:
    return agencies.find(session, given) if given else None
