"""What a route of the API cannot tell of itself, for its description."""

from dataclasses import dataclass

#: What a write may be refused with.
WRITE = (401, 403, 404, 409, 422)


@dataclass(frozen=True)
class Details:
    """Of one route and method: query, body, answer (names of `SCHEMAS`), refusals.

    `media` and `status` are of the answer, `sends` is the media type of the body.
    """

    answer: str
    query: tuple[tuple[str, str], ...] = ()
    body: str | None = None
    refuses: tuple[int, ...] = ()
    media: str = "application/json"
    sends: str = "application/json"
    status: int = 200
