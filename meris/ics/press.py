"""Starts `paper` for a page, at most two at once."""

import os
import subprocess
import sys
from threading import BoundedSemaphore

import structlog

from meris.errors import Unavailable

log = structlog.get_logger(__name__)

#: The machine has other work; who comes third waits so long, in seconds.
_AT_ONCE = BoundedSemaphore(2)
_PATIENCE_S = 10.0
_LONGEST_S = 60.0
#: Neither the database's address nor any secret is for the process that makes the page.
_KEPT = ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "XDG_CACHE_HOME", "FONTCONFIG_FILE")
_INSTEAD = "Print the page from the browser instead."


def pdf_of(page: str) -> bytes:
    """The page as PDF. Call it outside any transaction: it takes seconds.

    Raises `Unavailable`: too many at once, too long, or this machine cannot make PDFs.
    """
    if not _AT_ONCE.acquire(timeout=_PATIENCE_S):
        raise Unavailable(f"Other records are being printed. Try again in a moment. {_INSTEAD}")
    try:
        return _pressed(page)
    finally:
        _AT_ONCE.release()


def _pressed(page: str) -> bytes:
    command = [sys.executable, "-I", "-m", "meris.ics.paper"]
    kept = {name: os.environ[name] for name in _KEPT if name in os.environ}
    try:
        done = subprocess.run(
            command, input=page.encode(), capture_output=True, timeout=_LONGEST_S, env=kept
        )
    except subprocess.TimeoutExpired:
        raise Unavailable(
            f"Making the PDF took more than {_LONGEST_S:.0f} seconds. Choose a shorter period, or"
            " take the CSV file."
        ) from None
    if done.returncode or not done.stdout.startswith(b"%PDF"):
        log.error("no paper", complaint=done.stderr[-2_000:].decode(errors="replace"))
        raise Unavailable(f"{_reason(done.stderr)} {_INSTEAD}")
    return done.stdout


def _reason(complaint: bytes) -> str:
    if b"cannot load library" in complaint or b"No module named" in complaint:
        return "This installation cannot make PDFs: Pango or WeasyPrint is missing."
    return "The PDF could not be made."
