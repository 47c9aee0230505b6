"""Every error as an answer: JSON for programs, a page for people, plain words for both."""

import structlog
from flask import Flask, Response, current_app, g, jsonify, make_response, render_template, request
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError
from sqlalchemy.exc import TimeoutError as PoolExhausted
from werkzeug.exceptions import HTTPException, InternalServerError

from meris.errors import Conflict, Forbidden, Invalid, NotFound, Refused, Unavailable
from meris.language import N_, _
from meris.web.sessions import Visit
from meris.web.troubles import SILENT, words_of

log = structlog.get_logger(__name__)


class NotSignedIn(Refused):
    """Somebody has to say who they are first."""

    code = "not_signed_in"


#: The one table: what MERIS may refuse, and its HTTP status. A child has its parent's.
STATUS: dict[type[Refused], int] = {
    NotFound: 404,
    NotSignedIn: 401,
    Forbidden: 403,
    Conflict: 409,
    Invalid: 422,
    Unavailable: 503,
    Refused: 400,
}

#: HTTP's own errors: a heading, and words that say what to do; in English, said where they serve.
_WORDS: dict[int, tuple[str, str]] = {
    400: (N_("This cannot be read"), N_("The request is not formed as it should be.")),
    401: (N_("Log in first"), N_("Log in, then try again.")),
    403: (N_("Not allowed"), N_("Your account may not do this. Ask your administrator.")),
    404: (N_("Nothing here"), N_("There is nothing at this address. Look at the map instead.")),
    405: (N_("Not allowed"), N_("This address does not take such requests.")),
    409: (
        N_("Somebody was first"),
        N_("Somebody else changed the same thing just now. Try again."),
    ),
    413: (N_("Too large"), N_("What you sent is larger than this installation accepts.")),
    415: (N_("Unknown format"), N_("Send it as application/json.")),
    422: (N_("This cannot be taken"), N_("What you sent breaks a rule.")),
    429: (N_("Too many tries"), N_("Wait a moment, then try again.")),
    500: (N_("Something broke"), N_("It is our fault and has been logged. Try again.")),
    503: (N_("Not ready"), SILENT),
}
_CODES = {
    400: "bad_request",
    401: "not_signed_in",
    403: "forbidden",
    404: "not_found",
    405: "not_allowed",
    409: "conflict",
    413: "too_large",
    415: "unknown_format",
    422: "invalid",
    429: "too_many",
    503: "not_ready",
}
_TOO_OLD = N_(
    "This page was open for too long or is not ours. Load it again, then repeat what you did."
)
_NEEDS_HTTPS = N_(
    "In production MERIS takes log-ins by https only. Use its https address. Behind a reverse"
    " proxy, set MERIS_TRUSTED_PROXIES to the number of proxies."
)
_RETRY_SECONDS = "5"
#: What PostgreSQL says of a row or table that a session may not touch: insufficient_privilege.
_MAY_NOT = "42501"


def init_app(app: Flask) -> None:
    """Answer every error here."""
    app.register_error_handler(Refused, _refused)
    app.register_error_handler(CSRFError, _forged)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(DataError, _out_of_range)
    app.register_error_handler(IntegrityError, _clash)
    app.register_error_handler(DBAPIError, _database)
    app.register_error_handler(PoolExhausted, _database)
    app.register_error_handler(ValueError, _unstorable)


def is_for_programs() -> bool:
    """Whether the address is one that programs ask."""
    return request.path.startswith("/api/") or request.path == "/metrics"


def status_of(error: Refused) -> int:
    """The status of a refusal, by the nearest class in the table."""
    return next(STATUS[kind] for kind in type(error).__mro__ if kind in STATUS)


def _refused(error: Refused) -> Response:
    return _answer(status_of(error), error.message, code=error.code, **error.details)


def _forged(error: CSRFError) -> Response:
    log.warning("forged", reason=error.description, endpoint=request.endpoint)
    without_cookies = current_app.config["SESSION_COOKIE_SECURE"] and not request.is_secure
    return _answer(400, _(_NEEDS_HTTPS if without_cookies else _TOO_OLD), code="csrf")


def _http(error: HTTPException) -> Response:
    """Werkzeug's and Flask's errors, with their headers, such as Allow and Retry-After."""
    status = error.code or 500
    if status < 400:
        return make_response(error.get_response())
    if isinstance(error, InternalServerError) and error.original_exception:
        log.error("broke", endpoint=request.endpoint, exc_info=error.original_exception)
    response = _answer(status, _(_WORDS.get(status, _WORDS[400])[1]))
    for name, value in error.get_headers():
        if name.lower() not in ("content-type", "content-length"):
            response.headers[name] = value
    return response


def _out_of_range(_error: DataError) -> Response:
    return _answer(422, _("A number, date or text in the request is out of range."))


def _clash(error: IntegrityError) -> Response:
    log.warning("clash", endpoint=request.endpoint, exc_info=error)
    return _answer(409, _(_WORDS[409][1]))


def _database(error: Exception) -> Response:
    if getattr(getattr(error, "orig", None), "pgcode", None) == _MAY_NOT:
        return _walled(error)
    log.error("database", endpoint=request.endpoint, exc_info=error)
    g.setdefault("visit", Visit())  # who asks cannot be looked up now
    response = _answer(503, words_of(error))
    response.headers["Retry-After"] = _RETRY_SECONDS
    return response


def _walled(error: Exception) -> Response:
    """The database's own wall held where ours did not: the answer is no, and we want to know."""
    log.error("walled", endpoint=request.endpoint, exc_info=error)
    return _answer(403, _(_WORDS[403][1]))


def _unstorable(error: ValueError) -> Response:
    """Text that PostgreSQL cannot hold (NUL, half a character), and numbers of so many digits that
    Python does not read them. Nobody means to send it."""
    if isinstance(error, UnicodeError) or "NUL (0x00)" in str(error):
        return _answer(422, _("The request holds a character that cannot be stored. Remove it."))
    if "integer string conversion" in str(error):
        return _answer(
            422, _("A number in the request has thousands of digits. Nothing is so many.")
        )
    raise error


def _answer(status: int, message: str, code: str | None = None, **details: object) -> Response:
    name = code or _CODES.get(status, "error")
    if is_for_programs():
        body = {"error": name, "message": message, **details}
        if status >= 500:
            body["request_id"] = g.get("request_id")
        response = jsonify(body)
    else:
        response = make_response(_page(status, message))
    response.status_code = status
    if status == 401:
        response.headers["WWW-Authenticate"] = 'Bearer realm="MERIS"'
    return response


def _page(status: int, message: str) -> str:
    title = _(_WORDS.get(status, _WORDS[400])[0])
    return render_template(
        "errors/error.html",
        status=status,
        title=title,
        message=message,
        request_id=g.get("request_id") if status >= 500 else None,
    )
