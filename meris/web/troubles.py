"""What a failing database means for whoever asks, in plain words: what it is and what to do."""

import psycopg2
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolExhausted

from meris.language import N_, _

SILENT = N_("The database does not answer. Try again in a moment.")
_BUSY = N_("MERIS has more to do at once than it can. Try again in a moment.")
_TAKEN = N_(
    "The database takes no more connections: other programs hold them all."
    " Try again in a moment; if it stays so, tell your administrator."
)
_FULL = N_("The disk of the database is full, so nothing can be saved. Tell your administrator.")
_SLOW = N_("The database took too long for this and was stopped. Nothing was saved. Try again.")
_WAITED = N_("Somebody else is writing the same thing for long. Nothing was saved. Try again.")
_READ_ONLY = N_(
    "The database only lets itself be read just now, so nothing can be saved."
    " Try again in a moment; if it stays so, tell your administrator."
)

#: By PostgreSQL's code of an error.
_BY_CODE = {
    "25006": _READ_ONLY,
    "40P01": _WAITED,
    "53100": _FULL,
    "53300": _TAKEN,
    "55P03": _WAITED,
    "57014": _SLOW,
}
#: Whoever is refused at the door is not told a code: PostgreSQL's words, in its own language.
_BY_WORDS = {
    "too many clients": _TAKEN,
    "remaining connection slots": _TAKEN,
    "too many connections": _TAKEN,
    "No space left on device": _FULL,
}


def words_of(error: BaseException) -> str:
    """Why the database did not do it, and what to do, in the language spoken."""
    return _(_words(error))


def _words(error: BaseException) -> str:
    if isinstance(error, PoolExhausted):
        return _BUSY
    cause = error.orig if isinstance(error, DBAPIError) else error
    if not isinstance(cause, psycopg2.Error):
        return SILENT
    if cause.pgcode in _BY_CODE:
        return _BY_CODE[cause.pgcode]
    said = str(cause)
    return next((words for part, words in _BY_WORDS.items() if part in said), SILENT)
