"""ICS 213RR, Resource Request: what is asked for, who approved it, who gives it, what it costs."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy.orm import Session

from meris import supplies
from meris.accounts import Viewer
from meris.fields import BY_CODE, Home
from meris.fields.lists_request import OUTSIDE_SYSTEM
from meris.fields.lists_supply import CATEGORY
from meris.ics.form import Block, Form, clock, listed
from meris.requests import find, told
from meris.requests.stand import Part, parts
from meris.requests.telling import giver_of, lives
from meris.tables import Resource

_COLUMNS = (
    "Qty.",
    "Kind",
    "Type",
    "Detailed item description",
    "Arrival requested",
    "Arrival estimated",
    "Cost",
)
#: The form knows three words for how urgent it is; ours stands beside them.
_PRIORITY = {
    "lifesaving": "Urgent",
    "life_sustaining": "Urgent",
    "high": "Urgent",
    "normal": "Routine",
}
_SIGNED = "____________________________"


def of_request(session: Session, viewer: Viewer, request_id: int, home: Home) -> Form:
    """The form of a request, all its blocks. Raises `NotFound`."""
    one = told(session, viewer, request_id)
    _, site = find(session, viewer, request_id)
    lines = [line for line in one["lines"] if line["status"] != "cancelled"]
    givers = parts(session, viewer, [line["id"] for line in lines])
    live = [part for line in lines for part in givers.get(line["id"], []) if lives(part)]
    return Form(
        "213RR",
        "Resource Request Message",
        one["number"],
        f"{one['number']}-ics-213RR",
        (
            _head(one, home),
            (_order(one, lines, home),),
            _where(one, site),
            _who(one, lines, home),
            _givers(one, live),
            (Block("13", "Notes", _notes(one, home), empty="None."),),
            (
                Block("14", "Approval Signature of Authorized Logistics Representative",
                      f"\n{_SIGNED}", width=6),
                Block("15", "Date/Time", f"\n{_SIGNED[:18]}", width=3),
                Block("16", "Order Placed by (SPUL, PROC)", _placed(live), width=3),
            ),
            (Block("17", "Reply/Comments from Finance", f"\n{_SIGNED}"),),
            (
                Block("18", "Finance Section Signature", f"\n{_SIGNED}", width=6),
                Block("19", "Date/Time", f"\n{_SIGNED[:18]}", width=6),
            ),
        ),
        "4",
    )  # fmt: skip


def _head(one: dict[str, Any], home: Home) -> tuple[Block, ...]:
    incident = one["incident"]
    name = f"{incident['title']} ({incident['number']})" if incident else None
    return (
        Block("1", "Incident Name", name, width=6, empty="Not for one incident."),
        Block("2", "Date/Time", _time(one["requested_at"], home), width=3),
        Block("3", "Resource Request Number", one["number"], width=3),
    )


def _order(one: dict[str, Any], lines: Sequence[dict[str, Any]], home: Home) -> Block:
    return Block(
        "4",
        "Order",
        columns=_COLUMNS,
        rows=tuple(_row(one, line, home) for line in lines),
        empty="Every line was cancelled.",
        note="Quantities are in the unit they were asked for; the state of each line stands in its"
        " description.",
    )


def _row(one: dict[str, Any], line: dict[str, Any], home: Home) -> tuple[str, ...]:
    item = BY_CODE.get(line["item_code"] or "")
    kind = CATEGORY[item.category].title if item else ""
    stand = line["stand"]
    state = line["stand"]["words"] or line["status_title"].lower()
    return (
        supplies.amount(Decimal(str(line["quantity"])), line["unit_of_issue"]),
        kind,
        line["item_code"] or "",
        listed((line["item_name"], line["details"], state), "; "),
        _time(one["needed_by"], home) or "As soon as possible",
        _time(line["expected_at"], home) if stand["received"] < stand["wanted"] else "Received",
        _cost(line),
    )


def _cost(line: dict[str, Any]) -> str:
    known = line["cost"]
    if known is None:
        estimated = [fill["cost"] for fill in line["fills"] if fill["cost"] is not None]
        known = sum(estimated) if estimated else None
    return f"${known:,.2f}" if known is not None else ""


def _where(one: dict[str, Any], site: Resource | None) -> tuple[Block, ...]:
    where = "Where it was to go is gone."
    if site is not None:
        where = listed((site.name, site.address_line1, site.city, site.zip))
    phone = one["contact_phone"] or (site.contact_phone if site else None)
    name = one["contact_name"] or (site.contact_name if site else None)
    contact = listed((name, phone))
    text = f"{where}\nContact: {contact}" if contact else where
    return (
        Block("5", "Requested Delivery/Reporting Location", text, width=6),
        Block("6", "Suitable Substitutes and/or Suggested Sources", one["substitutes"], width=6,
              empty="None named."),
    )  # fmt: skip


def _who(one: dict[str, Any], lines: Sequence[dict[str, Any]], home: Home) -> tuple[Block, ...]:
    asked = listed((one["requested_by"], one["requested_title"], one["agency"]))
    approved = {
        listed((line["approved_by"], line["approved_title"], _time(line["approved_at"], home)))
        for line in lines
        if line["approved_by"]
    }
    return (
        Block("7", "Requested by Name/Position", asked, width=4),
        Block("8", "Priority", f"{_PRIORITY[one['priority']]} ({one['priority_title']})", width=2),
        Block("9", "Section Chief Approval",
              f"{listed(sorted(approved), '; ')}\nSignature: {_SIGNED}", width=6),
    )  # fmt: skip


def _givers(one: dict[str, Any], live: Sequence[Part]) -> tuple[Block, ...]:
    refs = [f"{OUTSIDE_SYSTEM[ref['system']].title} {ref['id']}" for ref in one["external_refs"]]
    sent = dict.fromkeys(shipment.number for part in live for shipment in part.shipments)
    known = [part.site or part.unit for part in live]
    phones = dict.fromkeys(
        listed((site.contact_phone, site.contact_email)) for site in known if site
    )
    names = dict.fromkeys(
        listed((giver_of(part), site.contact_name if (site := part.site) else None))
        for part in live
    )
    return (
        Block("10", "Logistics Order Number", listed([*refs, *sent]), width=4, empty=" "),
        Block("11", "Supplier Phone/Fax/Email", listed(list(phones), "; "), width=4, empty=" "),
        Block("12", "Name of Supplier/POC", listed(list(names), "; "), width=4,
              empty="Not sourced yet."),
    )  # fmt: skip


def _notes(one: dict[str, Any], home: Home) -> str | None:
    said = [one["note"]] if one["note"] else []
    if one["level"] != "county":
        said.append(f"With the {one['level_title'].lower()}. Tried locally: {one['tried_locally']}")
    authority = one["authority"]
    if authority:
        when = _time(authority["at"], home)
        said.append(f"Asked by {listed((authority['name'], authority['title'], when))}.")
    return "\n".join(said) or None


def _placed(live: Sequence[Part]) -> str:
    """Who placed the orders; empty to be filled in by hand."""
    return listed(list(dict.fromkeys(part.fill.made_by for part in live)))


def _time(moment: str | None, home: Home) -> str:
    return clock(datetime.fromisoformat(moment), home) if moment else ""
