"""/account: who I am here, how I prove it, and where else I am signed in."""

import structlog
from flask import (
    Blueprint,
    after_this_request,
    flash,
    redirect,
    render_template,
    session,
    url_for,
)
from flask.typing import ResponseReturnValue

from meris.accounts import ROLES, people, sign_ins
from meris.language import N_, _
from meris.tables import Account
from meris.web import account_mark
from meris.web.context import context
from meris.web.errors import NotSignedIn
from meris.web.sessions import KEY, limits, visit

pages = Blueprint("account", __name__)
log = structlog.get_logger(__name__)


@pages.get("/account")
def overview() -> str:
    """The account page."""
    account = _account()
    with context().database.reading() as db:
        others = sign_ins.others(db, account.id, str(session[KEY]), limits())
    return render_template(
        "account/overview.html",
        account=account,
        roles=[role for role in ROLES if any(own.name == role.name for own in account.roles)],
        must=people.must_use_second_factor(account, context().settings.mfa_roles),
        others=others,
    )


@pages.get("/account/second-factor")
def second_factor() -> ResponseReturnValue:
    """Where somebody is led whose role needs a second factor and who has none."""
    if visit().duty != "second_factor":
        return redirect(url_for("account.overview"))
    return render_template("account/second_factor.html", account=_account())


@pages.post("/account/sign-out-everywhere")
def sign_out_everywhere() -> ResponseReturnValue:
    """End every sign-in of the account, this one too."""
    account = _account()
    with context().database.transaction(visit().actor) as db:
        sign_ins.end_all(db, account.id)
    session.clear()
    after_this_request(account_mark.forget)
    log.info("logged out everywhere", who=account.id)
    flash(N_("You are logged out on every device."), "success")
    return redirect(url_for("security.login"))


@pages.get("/log-out")
def log_out() -> str:
    """A button, because a link that logs out is followed by mistake."""
    return render_template("account/log_out.html")


def _account() -> Account:
    account = visit().account
    if account is None:
        raise NotSignedIn(_("Log in first."))
    return account
