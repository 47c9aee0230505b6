"""Files that are written for a download: large ones wait on disk, and go out piece by piece."""

from collections.abc import Callable, Iterator
from tempfile import SpooledTemporaryFile
from typing import BinaryIO, cast

from flask import Response

# A larger file waits on disk until it is sent.
_IN_MEMORY_BYTES = 4 << 20
_PIECE_BYTES = 1 << 16


def download(media_type: str, write: Callable[[BinaryIO], str]) -> Response:
    """What `write` writes, as a file to keep under the name that it answers.

    Made whole before its first byte is sent, so that nobody takes half of it for all.
    """
    out = cast(BinaryIO, SpooledTemporaryFile(_IN_MEMORY_BYTES))  # noqa: SIM115  # see `_pieces`
    try:
        filename = write(out)
    except BaseException:
        out.close()
        raise
    response = Response(_pieces(out), content_type=media_type)
    response.content_length = out.tell()
    response.headers["Content-Disposition"] = f'attachment; filename="{filename}"'
    response.headers["Cache-Control"] = "no-store"
    response.call_on_close(out.close)
    return response


def _pieces(out: BinaryIO) -> Iterator[bytes]:
    out.seek(0)
    while piece := out.read(_PIECE_BYTES):
        yield piece
    out.close()
