"""Where the browsers of people take Web Push messages: asked for, kept and given up."""

import base64
import binascii
from collections.abc import Collection, Mapping
from typing import Any
from urllib.parse import urlsplit

from cryptography.hazmat.primitives.asymmetric import ec
from sqlalchemy import delete, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from meris.errors import Invalid
from meris.language import _
from meris.notices import vapid
from meris.tables import PushSubscription

#: Browsers renew their addresses; nobody has more phones than this.
_MOST = 10
_LONGEST = 1000
_AUTH_BYTES = 16


def state(
    session: Session, account_id: int, endpoint: str | None, hosts: Collection[str]
) -> dict[str, Any]:
    """{key, subscriptions, mine}: our public key (null: push is off here), how many browsers the
    account has, and whether `endpoint` is one of them."""
    live = select(PushSubscription.endpoint).where(
        PushSubscription.account_id == account_id, PushSubscription.gone_at.is_(None)
    )
    endpoints = session.scalars(live).all()
    return {
        "key": vapid.key_pair(session).public if hosts else None,
        "subscriptions": len(endpoints),
        "mine": endpoint in endpoints if endpoint else None,
    }


def subscribe(
    session: Session, account_id: int, given: object, *, label: object, hosts: Collection[str]
) -> None:
    """Keep what a browser's `PushSubscription.toJSON()` says; the address changes its owner.

    Raises `Invalid` for what is no subscription or leads to a host that is not known.
    """
    if not hosts:
        raise Invalid(_("This installation sends no push messages."))
    endpoint, keys = _read(given, hosts)
    row = {
        "account_id": account_id,
        "endpoint": endpoint,
        "label": " ".join(str(label or "").split())[:80] or "a browser",
        "gone_at": None,
        "problem": None,
        **keys,
    }
    session.execute(
        insert(PushSubscription)
        .values(row)
        .on_conflict_do_update(index_elements=["endpoint"], set_=row)
    )
    _keep_newest(session, account_id)


def unsubscribe(session: Session, account_id: int, endpoint: object) -> None:
    """Forget a browser of the account; one that is not known is forgotten already."""
    if not isinstance(endpoint, str):
        raise Invalid('The body needs "endpoint": the address that the browser gave.')
    session.execute(
        delete(PushSubscription).where(
            PushSubscription.account_id == account_id, PushSubscription.endpoint == endpoint
        )
    )


def allowed(endpoint: str, hosts: Collection[str]) -> bool:
    """Whether an address is https at a known push service, so that nobody can make us call a
    machine inside. A host is `name`, `name:port` or `*.name` for whatever ends so."""
    try:
        parts = urlsplit(endpoint)
        port = parts.port
    except ValueError:
        return False
    if parts.scheme != "https" or not parts.hostname or parts.username is not None:
        return False
    name = parts.hostname.lower()
    host = name if port in (None, 443) else f"{name}:{port}"
    return any(
        host.endswith(known[1:]) if known.startswith("*.") else host == known for known in hosts
    )


def decoded(text: str) -> bytes:
    """Bytes from base64url, with or without padding. Raises `ValueError`."""
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, UnicodeError) as problem:
        raise ValueError("not base64url") from problem


def _read(given: object, hosts: Collection[str]) -> tuple[str, dict[str, str]]:
    keys = given.get("keys") if isinstance(given, Mapping) else None
    endpoint = given.get("endpoint") if isinstance(given, Mapping) else None
    if not isinstance(endpoint, str) or not isinstance(keys, Mapping) or len(endpoint) > _LONGEST:
        raise Invalid('The body needs "subscription": what PushSubscription.toJSON() gives.')
    if not allowed(endpoint, hosts):
        raise Invalid(_("This browser's push service is not one that MERIS may call here."))
    p256dh, auth = keys.get("p256dh"), keys.get("auth")
    if not isinstance(p256dh, str) or not isinstance(auth, str) or not _are_keys(p256dh, auth):
        raise Invalid(_("The subscription's keys cannot be used. Subscribe again."))
    return endpoint, {"p256dh": p256dh, "auth": auth}


def _are_keys(p256dh: str, auth: str) -> bool:
    try:
        ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), decoded(p256dh))
        return len(decoded(auth)) == _AUTH_BYTES
    except ValueError:
        return False


def _keep_newest(session: Session, account_id: int) -> None:
    rank = func.row_number().over(order_by=PushSubscription.id.desc())
    ranked = (
        select(PushSubscription.id, rank.label("rank"))
        .where(PushSubscription.account_id == account_id)
        .subquery()
    )
    session.execute(
        delete(PushSubscription)
        .where(PushSubscription.id.in_(select(ranked.c.id).where(ranked.c.rank > _MOST)))
        .execution_options(synchronize_session=False)
    )
