"""Notices on their way to a browser, through a push service that stands in for the real ones.

It speaks HTTPS and opens what it gets with the browser's private keys, as the browser would.
"""

import json
import ssl
import threading
from base64 import urlsafe_b64encode
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.x509.oid import NameOID
from sqlalchemy import select, update

from meris import notices
from meris.db import SYSTEM, Database
from meris.notices import push, vapid
from meris.notices.sender import Sender, pause
from meris.tables import NoticeDelivery, PushSubscription
from tests.people import Cast

AUTH = b"0123456789abcdef"


class PushService:
    """Answers each message with the next of `answers`, 201 when there is none left."""

    def __init__(self, folder):
        self.got, self.answers = [], []
        self.browser = ec.generate_private_key(ec.SECP256R1())
        certificate, key = _certificate(folder)
        self.trusting = ssl.create_default_context(cafile=str(certificate))
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        own = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        own.load_cert_chain(certificate, key)
        self.server.socket = own.wrap_socket(self.server.socket, server_side=True)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.host = f"127.0.0.1:{self.server.server_port}"

    def _handler(service):  # noqa: N805  # `self` is the handler's
        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                service.got.append((self.path, self.headers, service.opened(body)))
                status, headers = service.answers.pop(0) if service.answers else (201, {})
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_):
                pass

        return Handler

    def subscription(self, name):
        """What a browser would send us."""
        keys = {
            "p256dh": vapid.encoded(vapid.point(self.browser.public_key())),
            "auth": urlsafe_b64encode(AUTH).decode(),
        }
        return {"endpoint": f"https://{self.host}/{name}", "keys": keys}

    def opened(self, body):
        """A message, decrypted by the steps of RFC 8291 from the browser's side."""
        salt, length = body[:16], body[20]
        theirs, sealed = body[21 : 21 + length], body[21 + length :]
        sender = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), theirs)
        info = b"WebPush: info\0" + vapid.point(self.browser.public_key()) + theirs
        secret = _hkdf(AUTH, self.browser.exchange(ec.ECDH(), sender), info, 32)
        key = _hkdf(salt, secret, b"Content-Encoding: aes128gcm\0", 16)
        nonce = _hkdf(salt, secret, b"Content-Encoding: nonce\0", 12)
        return json.loads(
            AESGCM(key).decrypt(nonce, sealed, None).rstrip(b"\0").removesuffix(b"\2")
        )


def _hkdf(salt, secret, info, length):
    return HKDF(hashes.SHA256(), length, salt, info).derive(secret)


def _certificate(folder):
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "push")])
    now = datetime.now(UTC)
    names = x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))])
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(names, critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem, secret = folder / "cert.pem", folder / "key.pem"
    pem.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    secret.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return pem, secret


@pytest.fixture(scope="module")
def service(tmp_path_factory):
    service = PushService(tmp_path_factory.mktemp("push"))
    yield service
    service.server.shutdown()
    service.server.server_close()


@pytest.fixture
def post(service, fresh_database, settings):
    """Rita with one browser, and who sends to it."""
    service.got.clear()
    service.answers.clear()
    database = Database.at(fresh_database.web, pool_size=3)
    yield Post(database, service, settings)
    database.dispose()


class Post:
    def __init__(self, database, service, settings):
        self.database, self.service = database, service
        here = replace(settings, push_hosts=(service.host,), push_contact="mailto:o@example.org")
        self.sender = Sender(database, here, context=service.trusting)
        with database.transaction(SYSTEM) as session:
            self.rita = Cast(session).viewer("rita").account_id
            given = service.subscription("rita")
            push.subscribe(session, self.rita, given, label="Pixel", hosts=here.push_hosts)

    def tell(self, subject="assignment/1", **options):
        with self.database.transaction(SYSTEM) as session:
            notices.tell(
                session,
                [self.rita],
                "assigned",
                subject,
                "E12: go",
                "Fire. Élm St.",
                "/m",
                **options,
            )

    def due_now(self):
        """What waits need not wait any longer."""
        with self.database.transaction(SYSTEM) as session:
            session.execute(update(NoticeDelivery).values(due_at=datetime.now(UTC)))

    def deliveries(self):
        with self.database.reading() as session:
            rows = session.scalars(select(NoticeDelivery).order_by(NoticeDelivery.id)).all()
            return [(row.state, row.tries, row.problem) for row in rows]

    def browser(self):
        with self.database.reading() as session:
            return session.scalars(select(PushSubscription)).one()


def test_a_notice_arrives_once_and_can_be_read_by_the_browser_alone(post, service):
    post.tell()
    post.tell()  # the same again
    assert post.sender.send_due() == 1
    assert post.sender.send_due() == 0
    ((path, headers, content),) = service.got
    assert path == "/rita"
    assert (content["title"], content["body"], content["url"]) == ("E12: go", "Fire. Élm St.", "/m")
    assert content["tag"] == f"notice-{content['id']}"
    assert headers["Content-Encoding"] == "aes128gcm"
    assert headers["Authorization"].startswith("vapid t=")
    assert headers["Urgency"] == "high"
    assert 0 < int(headers["TTL"]) <= 4 * 3600
    assert post.deliveries() == [("sent", 1, None)]
    assert post.browser().sent_at is not None


def test_what_is_not_taken_is_tried_again_later_and_later(post, service):
    service.answers += [(503, {}), (429, {"Retry-After": "120"})]
    post.tell()
    post.sender.send_due()
    assert post.deliveries() == [("waiting", 1, "the push service answered 503")]
    assert post.sender.send_due() == 0  # not due yet
    post.due_now()
    post.sender.send_due()
    with post.database.reading() as session:
        (due,) = session.scalars(select(NoticeDelivery.due_at)).all()
    assert timedelta(seconds=60) < due - datetime.now(UTC) <= timedelta(seconds=120)
    post.due_now()
    post.sender.send_due()
    assert post.deliveries() == [("sent", 3, None)]
    assert [pause(tries).total_seconds() for tries in (1, 2, 3, 20)] == [5, 10, 20, 600]


@pytest.mark.parametrize("status", [404, 410])
def test_a_browser_that_is_gone_is_asked_no_more(post, service, status):
    service.answers += [(status, {})]
    post.tell()
    post.sender.send_due()
    assert post.browser().gone_at is not None
    assert post.deliveries() == [("given_up", 1, f"the push service answered {status}")]
    post.tell("assignment/2")
    assert len(post.deliveries()) == 1
    # the same browser, subscribed again
    with post.database.transaction(SYSTEM) as session:
        given = service.subscription("rita")
        push.subscribe(session, post.rita, given, label="", hosts=(service.host,))
    post.tell("assignment/3")
    assert post.sender.send_due() == 1


def test_a_message_that_is_refused_is_given_up_and_the_next_one_is_not(post, service):
    service.answers += [(400, {})]
    post.tell()
    post.sender.send_due()
    post.tell("assignment/2")
    post.sender.send_due()
    assert [state for state, _, _ in post.deliveries()] == ["given_up", "sent"]


def test_nobody_is_led_elsewhere(post, service):
    service.answers += [(307, {"Location": f"https://{service.host}/elsewhere"})]
    post.tell()
    post.sender.send_due()
    assert [path for path, _, _ in service.got] == ["/rita"]
    assert post.deliveries()[0][0] == "given_up"


def test_old_news_is_given_up_instead_of_tried_for_ever(post, service):
    service.answers += [(503, {})]
    post.tell(lasts=timedelta(seconds=2))
    post.sender.send_due()
    assert post.deliveries()[0][0] == "given_up"


def test_a_host_that_is_no_longer_allowed_is_not_called(post, service, settings):
    post.tell()
    narrower = replace(settings, push_hosts=("fcm.googleapis.com",))
    Sender(post.database, narrower, context=service.trusting).send_due()
    assert service.got == []
    assert post.deliveries()[0][0] == "given_up"


def test_a_service_that_is_not_what_it_says_gets_nothing(post, service, settings):
    """Its certificate is not trusted, so the message stays here."""
    post.tell()
    Sender(post.database, replace(settings, push_hosts=(service.host,))).send_due()
    assert service.got == []
    assert post.deliveries() == [("waiting", 1, "URLError")]


def test_two_senders_share_the_work_and_send_nothing_twice(post, service, settings):
    for n in range(60):
        post.tell(f"assignment/{n}")
    here = replace(settings, push_hosts=(service.host,))
    senders = [Sender(post.database, here, context=service.trusting) for _ in range(2)]
    threads = [threading.Thread(target=sender.send_due) for sender in senders]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(service.got) == len({content["id"] for _, _, content in service.got}) == 60
    assert {state for state, _, _ in post.deliveries()} == {"sent"}


def test_who_listens_sends_as_soon_as_it_is_told(post, service):
    arrived = threading.Event()
    service.got = Signalled(arrived)
    post.sender.start()
    post.tell()
    assert arrived.wait(20)
    post.sender.stop()


class Signalled(list):
    """A list that says when it is added to."""

    def __init__(self, event):
        super().__init__()
        self.event = event

    def append(self, item):
        super().append(item)
        self.event.set()
