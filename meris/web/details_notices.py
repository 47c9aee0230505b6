"""The description of /api/phone/feed, notices and push: their routes, and the schemas."""

from typing import Any

from meris.web.route_details import Details
from meris.web.schema_parts import EPOCH, MAYBE_TEXT, NUMBER, TEXT, list_of, object_of, ref

ROUTES: dict[tuple[str, str], Details] = {
    ("/api/phone/feed", "GET"): Details("PhoneFeed", refuses=(401, 403), media="text/event-stream"),
    ("/api/phone/notices", "GET"): Details("Notices", refuses=(401, 403)),
    ("/api/phone/notices/seen", "POST"): Details(
        "Notices", body="NoticesSeen", refuses=(401, 403, 422)
    ),
    ("/api/phone/push", "GET"): Details(
        "PushState",
        query=(("endpoint", "the address of a browser; `mine` says whether it is known as mine"),),
        refuses=(401, 403),
    ),
    ("/api/phone/push", "POST"): Details("PushState", body="NewPush", refuses=(401, 403, 422)),
    ("/api/phone/push", "DELETE"): Details(
        "PushState", body="PushAddress", refuses=(401, 403, 422)
    ),
}

_NEWS = (
    "Server-Sent Events: `news` {about: names of tables, delay: seconds to spread the question"
    " over, now}, and `beat` {now}"
)
SCHEMAS: dict[str, dict[str, Any]] = {
    "PhoneFeed": {"type": "string", "description": _NEWS},
    "Notice": object_of(
        id=NUMBER,
        kind={"enum": ["assigned", "ended", "changed"]},
        title=TEXT,
        body=TEXT,
        url=TEXT | {"description": "a path of this server"},
        created_at=EPOCH,
        expires_at=EPOCH,
        seen={"type": "boolean"},
    ),
    "Notices": object_of(
        notices=list_of(ref("Notice")) | {"description": "the newest first, 20 at most"},
        unseen=NUMBER | {"description": "of those that are still in force"},
    ),
    "NoticesSeen": object_of(up_to=NUMBER | {"description": "the id of the newest one shown"}),
    "PushState": object_of(
        key=MAYBE_TEXT | {"description": "the VAPID public key, base64url; null: nothing is sent"},
        subscriptions=NUMBER | {"description": "browsers of this account that are told"},
        mine={"type": ["boolean", "null"]},
    ),
    "NewPush": object_of(
        subscription={"type": "object", "description": "PushSubscription.toJSON()"},
        label=MAYBE_TEXT,
    ),
    "PushAddress": object_of(endpoint=TEXT),
}
