"""Who sends: the installation's own key pair, and the token that names it (RFC 8292)."""

import json
import time
from base64 import urlsafe_b64encode
from typing import NamedTuple
from urllib.parse import urlsplit

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from meris.tables import PushKey

#: A token may be good for a day at most; push services' clocks differ.
_LIFE_SECONDS = 12 * 3600
_ORDER_BYTES = 32


class KeyPair(NamedTuple):
    """`public` is the uncompressed point as base64url, as browsers want it."""

    private: ec.EllipticCurvePrivateKey
    public: str


def key_pair(session: Session) -> KeyPair:
    """The installation's keys, made when they are first asked for."""
    kept = session.scalars(select(PushKey)).one_or_none()
    if kept is None:
        # of two that make one at the same time, one is kept
        session.execute(insert(PushKey).values(_new()).on_conflict_do_nothing())
        kept = session.scalars(select(PushKey)).one()
    private = serialization.load_pem_private_key(kept.private_pem.encode(), password=None)
    if not isinstance(private, ec.EllipticCurvePrivateKey):
        raise TypeError("push_key holds a key of another kind")
    return KeyPair(private, kept.public_key)


def authorization(keys: KeyPair, endpoint: str, contact: str | None) -> str:
    """The `Authorization` header of one message to `endpoint`.

    `contact` is an address such as mailto:ops@example.org that a push service may write to.
    """
    parts = urlsplit(endpoint)
    claims: dict[str, object] = {
        "aud": f"{parts.scheme}://{parts.netloc}",
        "exp": int(time.time()) + _LIFE_SECONDS,
    }
    if contact:
        claims["sub"] = contact
    signed = f"{_part({'typ': 'JWT', 'alg': 'ES256'})}.{_part(claims)}"
    r, s = decode_dss_signature(keys.private.sign(signed.encode(), ec.ECDSA(hashes.SHA256())))
    signature = r.to_bytes(_ORDER_BYTES, "big") + s.to_bytes(_ORDER_BYTES, "big")
    return f"vapid t={signed}.{encoded(signature)}, k={keys.public}"


def encoded(content: bytes) -> str:
    """Base64url without padding."""
    return urlsafe_b64encode(content).rstrip(b"=").decode()


def point(key: ec.EllipticCurvePublicKey) -> bytes:
    """A public key as the 65 bytes of its uncompressed point."""
    return key.public_bytes(
        serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint
    )


def _part(claims: dict[str, object]) -> str:
    return encoded(json.dumps(claims, separators=(",", ":")).encode())


def _new() -> dict[str, object]:
    private = ec.generate_private_key(ec.SECP256R1())
    pem = private.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    return {
        "only": True,
        "private_pem": pem.decode(),
        "public_key": encoded(point(private.public_key())),
    }
