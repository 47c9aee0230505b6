"""A person's own devices: each has a token, shown once, that lets it say where it is."""

import base64
import json
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import NamedTuple

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from meris.accounts import Viewer
from meris.errors import Conflict, Forbidden, Invalid, NotFound
from meris.language import _
from meris.positions.roster import hashed
from meris.sql import named
from meris.tables import Device

#: Marks the text as a position token of MERIS, for people and for scanners of leaked secrets.
PREFIX = "mp"
#: 130 bits in letters that can be typed on a phone and read out.
_RANDOM_BYTES, _LETTERS = 17, 26
_HINT_LENGTH = len(PREFIX) + 4
_MOST = 10
KINDS = {"owntracks": "OwnTracks", "traccar": "Traccar Client"}


@dataclass(frozen=True)
class NewDevice:
    """A device and its token; the only time that the token can be seen."""

    device: Device
    token: str


class DeviceLine(NamedTuple):
    """A device as its owner sees it; `fix_at` is its newest position within a day."""

    device: Device
    fix_at: datetime | None
    accuracy_m: float | None


def make(session: Session, viewer: Viewer, *, name: str, kind: str) -> NewDevice:
    """A device of the viewer's own. Raises `Forbidden`, `Invalid`, or `Conflict` for too many."""
    account_id = _owner(viewer)
    name = " ".join(name.split())
    if not 0 < len(name) <= 60:
        raise Invalid(_("Name the device in 60 letters or less, such as Phone or Tablet in E12."))
    if kind not in KINDS:
        raise Invalid(f"Choose the program it runs: {' or '.join(KINDS.values())}.")
    if _active(session, account_id) >= _MOST:
        raise Conflict(
            _("You have %(number)s devices. Revoke one that you no longer use.", number=_MOST)
        )
    token = PREFIX + base64.b32encode(secrets.token_bytes(_RANDOM_BYTES)).decode().lower()
    token = token[: len(PREFIX) + _LETTERS]
    device = Device(
        account_id=account_id,
        name=name,
        kind=kind,
        hint=token[:_HINT_LENGTH],
        token_hash=hashed(token),
    )
    session.add(device)
    session.flush()
    return NewDevice(device, token)


def _active(session: Session, account_id: int) -> int:
    statement = select(func.count()).where(
        Device.account_id == account_id, Device.revoked_at.is_(None)
    )
    return session.scalar(statement) or 0


def revoke(session: Session, viewer: Viewer, device_id: int) -> Device:
    """End a device at once; it stays in the list. Raises `NotFound` for somebody else's."""
    device = session.get(Device, device_id)
    if device is None or device.account_id != _owner(viewer):
        raise NotFound("There is no such device.")
    if device.revoked_at is None:
        device.revoked_at = datetime.now(UTC)
    session.flush()
    return device


def of(session: Session, viewer: Viewer) -> Sequence[DeviceLine]:
    """The viewer's devices, those in use first, the newest first."""
    account_id = _owner(viewer)
    statement = (
        select(Device)
        .where(Device.account_id == account_id)
        .order_by(Device.revoked_at.is_not(None), Device.created_at.desc())
    )
    rows = session.execute(named("positions", "last_fixes"), {"account_id": account_id})
    last = {row.id: (row.at, row.accuracy_m) for row in rows}
    return [
        DeviceLine(device, *last.get(device.id, (None, None)))
        for device in session.scalars(statement)
    ]


def _owner(viewer: Viewer) -> int:
    if viewer.account_id is None:
        raise Forbidden("A device belongs to a person. Log in as yourself.")
    return viewer.account_id


def owntracks_link(url: str, token: str, label: str) -> str:
    """What sets up OwnTracks in one tap (owntracks.org/booklet/features/remoteconfig).

    `url` is where it posts to; `label` is the name that it shows, and nothing goes by it.
    """
    initials = "".join(word[0] for word in label.split())[:2].lower()
    told = {
        "_type": "configuration",
        "mode": 3,
        "url": url,
        "auth": True,
        "username": label,
        "password": token,
        "tid": initials or "me",
        "monitoring": 1,
    }
    inline = base64.b64encode(json.dumps(told, separators=(",", ":")).encode()).decode()
    quoted = inline.replace("+", "%2B").replace("/", "%2F").replace("=", "%3D")
    return f"owntracks:///config?inline={quoted}"


def traccar_link(url: str, token: str) -> str:
    """The server's address with the identifier in it, as the Traccar client reads from a code."""
    return f"{url}?id={token}"
