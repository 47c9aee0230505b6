"""Web Push: what is sent can be read by the browser alone, and says who sends it."""

import json
import time
from base64 import urlsafe_b64decode

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

from meris.notices import vapid
from meris.notices.encryption import MOST_BYTES, encrypt
from meris.notices.push import decoded

#: RFC 8291, appendix A: the sender's private key and the salt that give the message below.
SENDER = "yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw"
SALT = "DGv6ra1nlYgDCS1FRnbzlw"
P256DH = "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4"
AUTH = "BTBZMqHH6r4Tts7J_aSIgg"
MESSAGE = (
    "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6Tlz"
    "AC8wEqKK6PBru3jl7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN"
)


def test_the_example_of_the_standard():
    number = int.from_bytes(decoded(SENDER), "big")
    made = encrypt(
        b"When I grow up, I want to be a watermelon",
        p256dh=decoded(P256DH),
        auth=decoded(AUTH),
        salt=decoded(SALT),
        private=ec.derive_private_key(number, ec.SECP256R1()),
    )
    assert vapid.encoded(made) == MESSAGE


def test_no_two_messages_are_alike():
    both = {encrypt(b"go", p256dh=decoded(P256DH), auth=decoded(AUTH)) for _ in range(2)}
    assert len(both) == 2


def test_a_message_fills_one_record_at_most():
    assert len(encrypt(b"x" * MOST_BYTES, p256dh=decoded(P256DH), auth=decoded(AUTH))) == 4096
    with pytest.raises(ValueError, match="3993"):
        encrypt(b"x" * (MOST_BYTES + 1), p256dh=decoded(P256DH), auth=decoded(AUTH))


def test_the_key_is_made_once(session):
    first, second = vapid.key_pair(session), vapid.key_pair(session)
    assert first.public == second.public
    assert decoded(first.public) == vapid.point(first.private.public_key())


def test_the_token_names_the_push_service_and_can_be_checked(session):
    keys = vapid.key_pair(session)
    header = vapid.authorization(keys, "https://push.example/x/y", "mailto:ops@example.org")
    token, _, key = header.removeprefix("vapid t=").partition(", k=")
    assert key == keys.public
    head, claims, signature = token.split(".")
    assert json.loads(_bytes(head)) == {"typ": "JWT", "alg": "ES256"}
    said = json.loads(_bytes(claims))
    assert (said["aud"], said["sub"]) == ("https://push.example", "mailto:ops@example.org")
    assert time.time() < said["exp"] < time.time() + 24 * 3600
    _verify(key, f"{head}.{claims}", _bytes(signature))
    with pytest.raises(InvalidSignature):
        _verify(key, f"{head}.{claims}x", _bytes(signature))


def _bytes(part):
    return urlsafe_b64decode(part + "=" * (-len(part) % 4))


def _verify(key, signed, signature):
    public = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), decoded(key))
    r, s = (int.from_bytes(half, "big") for half in (signature[:32], signature[32:]))
    public.verify(encode_dss_signature(r, s), signed.encode(), ec.ECDSA(hashes.SHA256()))
