"""Web Push messages that only the browser can read (RFC 8291, coded as aes128gcm of RFC 8188)."""

import os

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from meris.notices.vapid import point

#: One record holds the whole message; push services take 4,096 bytes.
_RECORD = 4096
_SALT = 16
#: Marks the last record.
_LAST = b"\x02"
#: Content of one message, in bytes: what the record leaves beside header, tag and delimiter.
MOST_BYTES = _RECORD - 16 - 4 - 1 - 65 - 16 - 1


def encrypt(
    content: bytes,
    *,
    p256dh: bytes,
    auth: bytes,
    salt: bytes | None = None,
    private: ec.EllipticCurvePrivateKey | None = None,
) -> bytes:
    """The body of a push message for the browser of these keys.

    `salt` and `private` are new for each message, unless a test gives them. Raises `ValueError`
    when `content` is too long or `p256dh` is no point of the curve.
    """
    if len(content) > MOST_BYTES:
        raise ValueError(f"a push message holds {MOST_BYTES} bytes at most")
    salt = salt or os.urandom(_SALT)
    private = private or ec.generate_private_key(ec.SECP256R1())
    theirs = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), p256dh)
    ours = point(private.public_key())
    shared = private.exchange(ec.ECDH(), theirs)
    secret = _derive(auth, shared, b"WebPush: info\x00" + p256dh + ours, 32)
    key = _derive(salt, secret, b"Content-Encoding: aes128gcm\x00", 16)
    nonce = _derive(salt, secret, b"Content-Encoding: nonce\x00", 12)
    sealed = AESGCM(key).encrypt(nonce, content + _LAST, None)
    return salt + _RECORD.to_bytes(4, "big") + bytes([len(ours)]) + ours + sealed


def _derive(salt: bytes, secret: bytes, info: bytes, length: int) -> bytes:
    return HKDF(hashes.SHA256(), length, salt, info).derive(secret)
