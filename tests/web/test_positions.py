"""/pub, /pos, /m/devices and /api/phone/positions: as the programs at the other end expect."""

import base64
import json
import socket
import time

import pytest
from sqlalchemy import func, select

from meris.accounts import people
from meris.positions import Verdict, devices
from meris.tables import Change, Device, PositionFix
from meris.web.front import MOST_BYTES, Desks
from meris.web.ingest import Desk
from meris.web.lane import Lane, read_head
from tests import makers


@pytest.fixture
def rita(session, cast):
    """Rita, who is on duty and shares."""
    viewer = cast.viewer("rita")
    makers.sharing(session, viewer.account_id, makers.unit(session))
    return viewer


@pytest.fixture
def token(session, rita):
    return devices.make(session, rita, name="Phone", kind="owntracks").token


def basic(token, name="e12"):
    return {"Authorization": "Basic " + base64.b64encode(f"{name}:{token}".encode()).decode()}


def location(**told):
    return {"_type": "location", "lat": 38.95, "lon": -92.33, "tst": int(time.time())} | told


def kept(session):
    return session.scalar(select(func.count()).select_from(PositionFix))


def test_owntracks_is_answered_with_a_list_once_its_fix_is_kept(client, session, token):
    answer = client.post("/pub?u=x&d=y", json=location(acc=8), headers=basic(token))
    assert (answer.status_code, answer.json, kept(session)) == (200, [], 1)
    assert answer.headers["Cache-Control"] == "no-store"


def test_what_owntracks_need_not_send_again_is_taken_without_a_word(client, session, token):
    for body in (b"", b"nonsense", b'{"_type":"lwt"}', json.dumps(location(tst=1)).encode()):
        answer = client.post("/pub", data=body, headers=basic(token))
        assert (answer.status_code, answer.json) == (200, [])
    assert kept(session) == 0


def test_the_account_is_the_token_and_nothing_else(client, session, token):
    for name in ("e12", "", "somebody else"):
        assert client.post("/pub", json={}, headers=basic(token, name)).status_code == 200
    for headers in (basic("mp" + "a" * 26), basic(""), {}, {"Authorization": f"Bearer {token}"}):
        answer = client.post("/pub", json=location(), headers={"X-Limit-U": "e12", **headers})
        assert answer.status_code == 401
        assert answer.headers["WWW-Authenticate"].startswith("Basic")
    assert kept(session) == 0


def test_a_device_of_a_closed_account_tells_nothing_any_more(app, client, session, cast, token):
    """At once where it is written, and as an unknown device once the table is read again."""
    people.set_active(session, cast.account("rita"), active=False)
    client.post("/pub", json=location(), headers=basic(token))
    app.extensions["meris"].intake.refresh()
    assert client.post("/pub", json=location(), headers=basic(token)).status_code == 401
    assert kept(session) == 0


def test_traccar_is_answered_200_or_as_its_client_takes_for_unknown(client, session, token):
    where = f"lat=38.95&lon=-92.33&timestamp={int(time.time())}"
    assert client.get(f"/pos?id={token}&{where}").status_code == 200
    form = "application/x-www-form-urlencoded"
    later = where.replace("38.95", "38.9501").replace(where[-10:], str(int(time.time()) - 5))
    assert client.post("/pos", data=f"id={token}&{later}", content_type=form).status_code == 200
    coords = {"latitude": 38.95, "longitude": -92.33, "speed": -1}
    body = {"device_id": token, "location": {"coords": coords}}
    assert client.post("/pos", json=body).status_code == 200
    assert kept(session) == 3
    assert client.get(f"/pos?{where}").status_code == 400
    assert client.get(f"/pos?id=nobody&{where}").status_code == 400
    assert client.post("/pos", json=body | {"device_id": "nobody"}).status_code == 404
    assert client.get(f"/pos?id={token}").status_code == 200  # a sign of life
    assert kept(session) == 3


@pytest.mark.parametrize(
    "body",
    [
        b'{"device_id":"\\ud800"}',
        b'{"device_id":"a\\u0000b","location":{"timestamp":"0001-01-01T00:00:00+23:59","coords":{}}}',
        b"[" * 5000,
        b"\xff\xfe",
    ],
)
def test_what_nobody_means_to_send_is_an_unknown_device(client, body):
    assert client.post("/pos", data=body, content_type="application/json").status_code == 404
    assert client.post("/pos", data=body).status_code == 400
    assert (
        client.post("/pub", data=body, headers={"Authorization": "Basic \xff"}).status_code == 401
    )


def test_other_methods_and_large_bodies_are_refused(client, token):
    assert client.get("/pub", headers=basic(token)).status_code == 405
    assert client.delete("/pos").status_code == 405
    assert client.post("/pub", data=b"x" * 65_537, headers=basic(token)).status_code == 413


def test_a_device_that_hurries_is_told_to_wait(app, client, token):
    answers = {client.post("/pub", headers=basic(token)).status_code for _ in range(950)}
    assert answers == {200, 429}


def test_what_could_not_be_kept_is_said_so_and_no_copy_when_it_comes_again(
    app, client, session, token, monkeypatch
):
    writer, said = app.extensions["meris"].intake._writer, location()
    with monkeypatch.context() as away:
        away.setattr(writer, "_written", lambda lines, used: False)
        answer = client.post("/pub", json=said, headers=basic(token))
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
    assert client.post("/pub", json=said, headers=basic(token)).status_code == 200
    assert kept(session) == 1


def test_no_token_is_logged_or_journalled(app, client, session, token, capfd):
    client.post("/pub", json=location(), headers=basic(token))
    client.get(f"/pos?id={token}&lat=38.95&lon=-92.33")
    client.get("/pos?id=mpunknown&lat=38.95&lon=-92.33")
    logged = "".join(capfd.readouterr())
    assert token not in logged
    assert "mpunknown" not in logged
    rows = session.scalars(select(Change).where(Change.table_name == "device")).all()
    hashed = session.scalars(select(Device.token_hash)).one()
    said = json.dumps([[row.before, row.after] for row in rows])
    assert rows
    assert token not in said
    assert hashed not in said


class Answering:
    """Stands in for the intake: knows one token, and keeps everything in another thread's time."""

    def __init__(self):
        self.waiting = []

    def take(self, token, source, fixes, done):
        if token != "good":
            return Verdict.UNKNOWN
        if not list(fixes):
            return Verdict.DROPPED
        self.waiting.append(done)
        return Verdict.WAITING


class Phone:
    """The other end of a line in the lane."""

    def __init__(self, lane):
        self.given_back = []
        self.sock, ours = socket.socketpair()
        self.sock.settimeout(10)
        assert lane.adopt(ours, self.given_back.append)
        self._ours = ours
        self._read = self.sock.makefile("rb")

    def hang_up(self):
        self._read.close()
        self.sock.close()
        if self.given_back:
            self._ours.close()  # else it is the lane's

    def send(self, text):
        self.sock.sendall(text if isinstance(text, bytes) else text.encode())

    def answer(self):
        status = self._read.readline().split(b" ", 1)[1].strip().decode()
        fields = {}
        while (line := self._read.readline().strip()) != b"":
            name, _, value = line.partition(b": ")
            fields[name.decode()] = value.decode()
        return status, fields, self._read.read(int(fields["Content-Length"]))

    def ended(self):
        return self._read.read() == b""


@pytest.fixture
def intake():
    return Answering()


@pytest.fixture
def lane(intake):
    lane = Lane(Desks([Desk(intake)]))
    yield lane
    lane.stop().join(10)


@pytest.fixture
def call(lane):
    """A new phone on a line of its own."""
    phones = []

    def make():
        phones.append(Phone(lane))
        return phones[-1]

    yield make
    for phone in phones:
        phone.hang_up()


def asking(path, *fields, body=""):
    head = [f"{path} HTTP/1.1", "Host: x", *fields, f"Content-Length: {len(body)}"]
    return "\r\n".join(head) + "\r\n\r\n" + body


ALIVE = asking("GET /pos?id=good")


def test_a_line_in_the_lane_is_answered_again_and_again_in_order(call, lane):
    phone = call()
    phone.send(ALIVE)
    assert phone.answer()[0] == "200 OK"
    phone.send(ALIVE + asking("POST /pub", "Authorization: " + basic("good")["Authorization"]))
    assert [phone.answer()[2] for _ in range(2)] == [b"", b"[]"]
    assert lane.lines == 1


def test_a_request_may_come_in_pieces(call):
    phone = call()
    text = asking("POST /pos", "Content-Type: application/x-www-form-urlencoded", body="id=good")
    for letter in text:
        phone.send(letter)
    assert phone.answer()[0] == "200 OK"


def test_nothing_is_answered_before_it_is_kept(call, intake):
    phone, other = call(), call()
    phone.send(asking("GET /pos?id=good&lat=38.9&lon=-92.3"))
    other.send(ALIVE)
    assert other.answer()[0] == "200 OK"
    while not intake.waiting:
        other.send(ALIVE)
        other.answer()
    phone.sock.setblocking(False)
    with pytest.raises(BlockingIOError):
        phone.sock.recv(1)
    phone.sock.settimeout(10)
    intake.waiting.pop()(False)
    assert phone.answer()[0] == "503 Service Unavailable"


def test_who_has_no_token_does_not_stay(call):
    phone = call()
    phone.send(asking("GET /pos?id=bad"))
    status, fields, _ = phone.answer()
    assert (status, fields["Connection"]) == ("400 Bad Request", "close")
    assert phone.ended()


def test_who_says_close_is_let_go(call):
    phone = call()
    phone.send(asking("GET /pos?id=good", "Connection: close"))
    assert phone.answer()[1]["Connection"] == "close"
    assert phone.ended()


@pytest.mark.parametrize(
    "request_text",
    [
        asking("GET /api/map"),
        asking("GET /pos%20"),
        "GET /pos?id=good HTTP/1.0\r\n\r\n",
        "POST /pub HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        "POST /pub HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
        "POST /pub HTTP/1.1\r\nContent-Length : 1\r\n\r\n",
        "POST /pub HTTP/1.1\r\nContent-Length: +1\r\n\r\n",
        "POST /pub HTTP/1.1\r\nX: a\r\n folded\r\n\r\n",
        f"POST /pub HTTP/1.1\r\nContent-Length: {MOST_BYTES + 1}\r\n\r\n",
        "GET /" + "a" * 9000,
    ],
)
def test_what_is_not_plainly_for_the_lane_is_given_back_unread(call, request_text):
    phone = call()
    phone.send(ALIVE)
    phone.answer()
    phone.send(request_text)
    while not phone.given_back:
        call().send(ALIVE)
    assert phone.given_back == [request_text.encode()]


def test_a_fault_of_ours_ends_one_line_and_not_the_lane(call, intake, monkeypatch):
    broken, sound = call(), call()
    with monkeypatch.context() as fault:
        fault.setattr(intake, "take", None)
        broken.send(ALIVE)
        assert broken.ended()
    sound.send(ALIVE)
    assert sound.answer()[0] == "200 OK"


def test_a_head_is_read_by_the_byte():
    text = "POST /pub?u=1 HTTP/1.1\r\nContent-Length: 3\r\nX-Y:  z \r\n\r\nabc"
    head = read_head(text.encode())
    assert head[:3] == ("POST", "/pub", "u=1")
    assert (head.fields, head.length, text[head.body_at :]) == (
        {"content-length": "3", "x-y": "z"}, 3, "abc",
    )  # fmt: skip
    assert read_head(b"POST /pub HTTP/1.1\r\n") is None


def test_the_page_sends_what_it_took_under_its_own_account(client, session, rita):
    client.sign_in(session, "rita")
    mark = client.get("/m/me").headers["X-Meris-Account"]
    now = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    body = {"account": mark, "sent_at": now, "fixes": [{"at": now, "lat": 38.95, "lon": -92.3}]}
    answer = client.post("/api/phone/positions", json=body, headers=client.csrf())
    assert answer.json == {"taken": 1, "dropped": {}}
    answer = client.post("/api/phone/positions", json=body, headers=client.csrf())
    assert answer.json == {"taken": 0, "dropped": {"twice": 1}}
    other = client.post(
        "/api/phone/positions", json=body | {"account": "0" * 16}, headers=client.csrf()
    )
    assert other.status_code == 409
    assert client.post("/api/phone/positions", json=body).status_code == 400


def test_a_device_is_set_up_by_a_code_that_is_shown_once(client, session):
    client.sign_in(session, "rita")
    form = {"name": "Phone", "kind": "owntracks"}
    made = client.post("/m/devices", data=form, headers=client.csrf())
    page = made.get_data(as_text=True)
    token = page.split('id="new-token">')[1].split("<")[0]
    link = page.split('href="owntracks:///config?inline=')[1].split('"')[0]
    told = json.loads(
        base64.b64decode(link.replace("%2B", "+").replace("%2F", "/").replace("%3D", "="))
    )
    assert (told["url"], told["password"], told["mode"]) == ("http://localhost/pub", token, 3)
    assert "<svg" in page
    assert client.post("/pub", headers=basic(token)).status_code == 200
    assert token not in client.get("/m/devices").get_data(as_text=True)
    device = session.scalars(select(Device.id)).one()
    gone = client.post(f"/m/devices/{device}/revoke", headers=client.csrf())
    assert (gone.status_code, gone.location) == (303, "/m/devices")
    assert client.post("/pub", headers=basic(token)).status_code == 401


def test_a_device_for_traccar_is_set_up_by_its_address(client, session):
    client.sign_in(session, "rita")
    form = {"name": "Tablet", "kind": "traccar"}
    page = client.post("/m/devices", data=form, headers=client.csrf()).get_data(as_text=True)
    assert "http://localhost/pos" in page
    refused = client.post("/m/devices", data={"name": "", "kind": "traccar"}, headers=client.csrf())
    assert refused.status_code == 422
