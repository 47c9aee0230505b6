"""Pages made smaller for a slow line; what is static is packed once, in `meris.web.assets`."""

import gzip

from flask import Response, request

_SMALLEST = 500
#: A page is made anew each time: most of the gain for little of the work.
_EFFORT = 5


def pack(response: Response) -> Response:
    """The answer in gzip, for who takes it."""
    response.vary.add("Accept-Encoding")
    takes = request.accept_encodings.best_match(("gzip",))
    if not takes or response.is_streamed or response.content_encoding:
        return response
    body = response.get_data()
    if len(body) >= _SMALLEST:
        response.set_data(gzip.compress(body, _EFFORT, mtime=0))
        response.content_encoding = "gzip"
    return response
