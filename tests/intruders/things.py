"""What is asked for: one of everything of an agency and one of everything of another, and somebody
of each role in the first.
"""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import insert
from sqlalchemy.orm import Session

from meris import requests, uploads
from meris.accounts import Viewer, tokens, viewer_of
from meris.db import SYSTEM, Actor, name_actor
from meris.fields import Home
from meris.ledger import Said, receive, shipments, stocktaking
from meris.ledger.sending import Load, Plan
from meris.tables import Account, CoverRule, Incident, Request, RequestLine, Resource
from meris.uploads import Decisions
from tests import makers
from tests.people import Person, hire
from tests.planted import world

OWN, OTHER = "Boone County OEM", "Greene County OEM"
#: The roles by the words of the table.
NAMES = {
    "reader": "reader",
    "responder": "responder",
    "manager": "shelter_manager",
    "editor": "county_editor",
    "dispatcher": "dispatcher",
    "state": "state",
    "auditor": "auditor",
    "admin": "admin",
}
#: Those that a machine's token may have.
MACHINES = ("reader", "responder", "manager", "editor", "dispatcher", "state")

#: A place in the county of each, as a county's files tell of their own county only.
_PLACES = {"Home": makers.COLUMBIA, "Away": makers.SPRINGFIELD}


def staff(session: Session) -> dict[str, Account]:
    """Somebody of each role, all of the own agency."""
    return {
        word: hire(
            session,
            Person(word.title(), name, OWN, "county", "29019"),
            f"{word}@intruders.example",
        )
        for word, name in NAMES.items()
    }


def machines(session: Session, admin: Account) -> dict[str, str]:
    """A token of each role that a machine may have, of the own agency; the secrets."""
    maker = viewer_of(admin)
    return {
        word: tokens.create(session, maker, name=f"{word} machine", role=NAMES[word]).secret
        for word in MACHINES
    }


def of(session: Session, agency: str) -> dict[str, Any]:
    """Ids and versions of one of everything that an agency has, by the names of how_asked.py."""
    word = "Home" if agency == OWN else "Away"
    ids: dict[str, Any] = dict(world.plant(session, word, "restricted", county=agency).ids)
    ids |= _at_a_shelter(session, word, ids["shelter"])
    ids["fresh_unit"] = makers.unit(session, agency_id=ids["agency"], name=f"{word} E99")
    ids["open_line"] = _line(session, word, ids["request"], 2)
    ids |= _on_the_way(session, ids, _line(session, word, ids["request"], 3))
    ids["account"] = _person(session, word, agency)
    over = {"closed_at": datetime.now(UTC), "closed_by": word, "close_reason": "completed"}
    ids["closed"] = makers.incident(session, number=f"2000-{word}-over", status="closed", **over)
    ids["done"] = _loaded(session, word, ids["agency"])
    ids["rule"] = _rule(session)
    ids["absent"] = makers.shelter(session, agency_id=ids["agency"], name=f"{word} barn")
    return ids | _versions(session, ids) | {"shelter_name": f"Xanthorpe {word} hall"}


def _at_a_shelter(session: Session, word: str, shelter: int) -> dict[str, int]:
    goods = makers.stock(session, shelter, "Cots, standard", item_code="COT-STD")
    return {"shelter_stock": goods}


def _on_the_way(session: Session, ids: dict[str, Any], line: int) -> dict[str, int]:
    """What the depot promised, what it is about to send, and what has left it."""
    mover = Viewer("Mover", agency_id=ids["agency"], roles=frozenset({"state"}))
    goods, home = ids["stock"], Home.of()
    fill = requests.commit_stock(session, mover, line, [requests.Take(goods, Decimal(2))])[0]
    plan = Plan(ids["shelter"], [Load(Said(Decimal(3), "EA"), goods)])
    prepared, left = (shipments.prepare(session, mover, plan, home=home).id for _ in range(2))
    shipments.depart(session, mover, left)
    moved = receive(session, mover, goods, Said(Decimal(7), "EA"))
    sheet = stocktaking.draw(session, mover, ids["supply"])
    stocktaking.enter(session, mover, sheet.id, {goods: stocktaking.Counted(Decimal(9))})
    return {
        "new_fill": fill.id,
        "shipment_depart": prepared,
        "shipment_cancel": prepared,
        "shipment_arrive": left,
        "shipment_receive": left,
        "movement": moved.id,
        "stocktake_apply": sheet.id,
    }


def _line(session: Session, word: str, request: int, rank: int) -> int:
    row = {
        "request_id": request,
        "rank": rank,
        "item_name": "Bottled water",
        "item_code": "WAT-BTL",
        "quantity": 4,
        "unit_of_issue": "EA",
        "status": "approved",
        "status_at": datetime.now(UTC),
        "status_by": word,
    }
    made = session.scalars(insert(RequestLine).values(row).returning(RequestLine.id)).one()
    return int(made)


def _rule(session: Session) -> int:
    row = {"county_fips": "29019", "unit_types": ["engine"], "minimum": 1}
    return session.scalars(insert(CoverRule).values(row).returning(CoverRule.id)).one()


def _person(session: Session, word: str, agency: str) -> int:
    person = Person(f"{word} person", "reader", agency, "county", "29019")
    return hire(session, person, f"{word}-person@intruders.example").id


def _loaded(session: Session, word: str, agency_id: int) -> int:
    """A spreadsheet that was applied; it can be undone."""
    by, place = Actor(None, agency_id, word), _PLACES[word]
    good = f"{word}-1,{word} annex,open,{place.lat},{place.lon}"
    bad = f"{word}-2,{word} tent,nonsense,{place.lat},{place.lon}"
    content = f"external_id,name,status,latitude,longitude\r\n{good}\r\n{bad}\r\n".encode()
    received = uploads.receive(
        session, by, agency_id=agency_id, kind="shelter", filename="list.csv", content=content
    )
    uploads.apply(session, by, received.upload_id, Home.of(), Decisions(only_valid=True))
    name_actor(session, SYSTEM)
    return received.upload_id


def _versions(session: Session, ids: dict[str, Any]) -> dict[str, int]:
    """The versions that somebody who looks now would see."""
    tables = {
        "shelter": Resource, "supply": Resource, "unit": Resource, "request": Request,
        "line": RequestLine, "open_line": RequestLine, "incident": Incident, "closed": Incident,
    }  # fmt: skip
    session.expire_all()
    return {f"{name}_version": session.get_one(table, ids[name]).version  # type: ignore[attr-defined]
            for name, table in tables.items()}  # fmt: skip
