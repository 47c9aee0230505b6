"""/api/phone/reports: what phones report, whenever their line lets them."""

import hmac
from datetime import UTC, datetime

from flask import Blueprint, Response, jsonify

from meris.errors import Forbidden
from meris.language import _
from meris.phone import reports
from meris.phone.report import OtherAccount, read_batch
from meris.web.account_mark import mark_of
from meris.web.assignments_api import terms_of
from meris.web.context import context, viewer
from meris.web.sending import body_of

api = Blueprint("phone_api", __name__)


@api.post("/api/phone/reports")
def taken() -> Response:
    """Take what a phone reports, one by one and in order; each key is carried out once.

    Every outcome is final: applied, older (kept in the record), conflict or refused. What is
    answered 503, or not at all, is sent again. 409: the phone kept these for another account.
    """
    body, received_at = body_of(), datetime.now(UTC)
    require_mark(body.get("account"))
    answers = reports.take(
        context().database, viewer(), read_batch(body, received_at), context().home, terms_of()
    )
    response = jsonify(answers=[one.told() for one in answers], now=datetime.now(UTC).isoformat())
    response.headers["Cache-Control"] = "no-store"
    return response


def require_mark(given: object) -> None:
    """Raise `OtherAccount` unless the mark is that of whoever asks."""
    """The reports are of whoever is logged in now, and not of who was when they were made."""
    account_id = viewer().account_id
    if account_id is None:
        raise Forbidden(_("Reports are made by people. Log in with an account of your own."))
    if not hmac.compare_digest(str(given).encode(), mark_of(account_id).encode()):
        raise OtherAccount(
            _("These reports were made under another account. Log in as that person to send them.")
        )
