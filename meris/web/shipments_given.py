"""What a form or a program says about a shipment, for the pages and for the API."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sqlalchemy.orm import Session

from meris import ledger
from meris.accounts import Viewer
from meris.errors import Invalid, NotFound
from meris.fields.times import happened
from meris.incidents.typed import key_of, number_of
from meris.ledger import shipments
from meris.ledger.receipts import Taken
from meris.ledger.shipments import Load, Plan
from meris.supplies.shipments import Question
from meris.tables import Shipment
from meris.web.context import context
from meris.web.supplies_given import count_of, moment_of, words_of

#: What may be done with a shipment, by the last word of the address.
STEPS = ("depart", "arrive", "receive", "turn-back", "come-back", "cancel")


def question_of(given: Mapping[str, str]) -> Question:
    """status, site, q and page of an address. Raises `Invalid`."""
    page = number_of(given.get("page"), "page") or 1
    if page > 10_000:
        raise Invalid("There is no such page.")
    return Question(
        status=given.get("status", "open").strip(),
        site=number_of(given.get("site"), "site"),
        q=given.get("q", "")[:200].strip(),
        page=page,
    )


def plan_of(given: Mapping[str, Any], loads: Sequence[Load]) -> Plan:
    """to, carrier, carrier_phone, unit_id, expected_at, note, client_key. Raises `Invalid`."""
    to_id = number_of(given.get("to"), "to")
    if to_id is None:
        raise Invalid("Where is it to go? Send to: the id of a site or shelter.")
    return Plan(
        to_id=to_id,
        loads=loads,
        carrier=words_of(given, "carrier"),
        carrier_phone=words_of(given, "carrier_phone", 40),
        unit_id=number_of(given.get("unit_id"), "unit_id"),
        expected_at=moment_of(given, "expected_at"),
        note=words_of(given, "note", 500),
        key=key_of(given.get("client_key")),
    )


def loads_of(given: object) -> list[Load]:
    """`lines` of JSON: line or fill, quantity and unit. Raises `Invalid`."""
    if not isinstance(given, list) or not all(isinstance(one, dict) for one in given):
        raise Invalid('Send "lines": a list of objects with line, quantity and unit.')
    return [
        Load(
            said=ledger.read({**one, "reason": None}, context().home),
            line_id=number_of(one.get("line"), "line"),
            fill_id=number_of(one.get("fill"), "fill"),
        )
        for one in given
    ]


def taken_of(given: object) -> list[Taken] | None:
    """`lines` of what came: id, received, short, damaged, unit and reason. Raises `Invalid`."""
    if given is None:
        return None
    if not isinstance(given, list) or not all(isinstance(one, dict) for one in given):
        raise Invalid('Send "lines": a list of objects with id, received, short and damaged.')
    return [taken_one(one) for one in given]


def taken_one(one: Mapping[str, Any]) -> Taken:
    """What became of one line. Raises `Invalid`."""
    line_id = number_of(one.get("id"), "id")
    if line_id is None:
        raise Invalid("Each line needs its id.")
    return Taken(
        shipment_line_id=line_id,
        received=count_of(one.get("received"), "received"),
        short=count_of(one.get("short"), "short"),
        damaged=count_of(one.get("damaged"), "damaged"),
        unit=ledger.read_unit(one.get("unit")),
        reason=words_of(one, "reason", 500),
    )


def step(
    session: Session,
    viewer: Viewer,
    shipment_id: int,
    name: str,
    given: Mapping[str, Any],
    taken: Sequence[Taken] | None = None,
    *,
    source: str,
) -> Shipment:
    """Make one step of a shipment. Raises `NotFound`, `Forbidden`, `Invalid`, `Conflict`."""
    if name not in STEPS:
        raise NotFound(f"There is no such step. There are {', '.join(STEPS)}.")
    at = happened(given.get("at"), context().home)
    reason = words_of(given, "reason", 500)
    if name in ("receive", "come-back"):
        key = key_of(given.get("client_key"))
        take = shipments.take_in if name == "receive" else shipments.come_back
        return take(session, viewer, shipment_id, taken, at=at, source=source, key=key)
    if name == "depart":
        due = moment_of(given, "expected_at")
        return shipments.depart(session, viewer, shipment_id, at=at, expected_at=due)
    if name == "arrive":
        return shipments.arrive(session, viewer, shipment_id, at=at)
    end: Callable[..., Shipment] = shipments.turn_back if name == "turn-back" else shipments.cancel
    return end(session, viewer, shipment_id, reason=reason)
