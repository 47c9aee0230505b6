"""What is planted: things that everybody on the staff may see, and the same things as secrets.

A secret carries words and numbers that occur nowhere else. Its name begins with a word that a
search may ask for (`ASKED`); what gives it away is never asked for.
"""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from geo.grid import to_usng
from geo.values import Position
from meris import tables
from meris.tables import (
    BedHold,
    ContactTry,
    Fill,
    Request,
    RequestLine,
    ShelterCount,
    ShelterDeparture,
    Shipment,
    ShipmentLine,
    StockMovement,
    Stocktake,
    StocktakeLine,
    TrailView,
    Upload,
    UploadFile,
)
from tests import makers, people

#: What a search may ask for without giving anything away.
ASKED = "Xanthorpe"
#: No account has it.
NOBODY = 987_000_001
#: Long ago enough that ages do not change while the walk is on.
SINCE = timedelta(hours=2, minutes=30, seconds=30)

PLACE = Position(38.93717, -92.30719)
_NUMBERS = {"capacity": 73_319, "people": 61_379, "stock": 48_271, "asked": 39_157, "beds": 3_967}
_PHONE = "(573) 555-0173"


@dataclass(frozen=True)
class Planted:
    """Ids by the names that routes give them, and what gives the planted thing away."""

    ids: dict[str, int]
    tokens: dict[str, str] = field(default_factory=dict)


def giveaways(word: str) -> tuple[str, ...]:
    """Texts that tell of what was planted with `word`, in any spelling that MERIS uses."""
    numbers = [text for n in _NUMBERS.values() for text in (str(n), f"{n:,}")]
    usng = to_usng(PLACE)
    return (
        word.lower(), *numbers, "555-0173", "5735550173", "38.9371", "-92.3071", usng.lower(),
        usng.replace(" ", "").lower(),
    )  # fmt: skip


def plant(
    session: Session,
    word: str,
    sensitivity: str,
    *,
    beside: Planted | None = None,
    county: str = "Greene County OEM",
) -> Planted:
    """One of everything, of another agency than the walkers', with `word` in all its words.

    `beside`: things that all may see; the planted ones reach into them.
    """
    maker = _Maker(session, word, sensitivity, county=county)
    maker.sites()
    maker.responders(beside)
    maker.wants()
    maker.on_the_way()
    maker.files()
    return Planted(maker.ids)


def ground(session: Session) -> Planted:
    """What all may see, staff or not where it is a shelter, at nearly the same place."""
    maker = _Maker(session, "Daylight", "restricted", county="Boone County OEM", open_to_all=True)
    maker.sites()
    maker.responders(None)
    maker.wants()
    maker.on_the_way()
    maker.files()
    return Planted(maker.ids)


def cross(session: Session, secret: Planted, ground: Planted) -> None:
    """A hidden depot gives to a site that all may see: what comes is told, from where is not."""
    maker = _Maker(session, "Daylight", "restricted", county="Boone County OEM", open_to_all=True)
    goods = makers.stock(session, secret.ids["supply"], "Daylight rice", lot="D1")
    maker.ids |= ground.ids | {"stock": goods}
    maker.fill()
    maker.ship(secret.ids["supply"], ground.ids["supply"], "SHP-Crossing")


class _Maker:
    """Makes rows and remembers their ids."""

    def __init__(
        self,
        session: Session,
        word: str,
        sensitivity: str,
        *,
        county: str = "Greene County OEM",
        open_to_all: bool = False,
    ) -> None:
        self.session, self.word, self.sensitivity = session, word, sensitivity
        self.secret = not open_to_all
        self.agency = makers.agency(session, county, kind="county", county_fips="29019")
        self.at = datetime.now(UTC) - SINCE
        self.place = PLACE if self.secret else makers.COLUMBIA
        self.ids: dict[str, int] = {"agency": self.agency}

    def _add(self, table: Any, **values: Any) -> int:
        made = self.session.scalars(insert(table).values(values).returning(table.id)).one()
        return int(made)

    def _name(self, what: str) -> str:
        return f"{ASKED} {self.word} {what}" if self.secret else f"{self.word} {what}"

    def _number(self, what: str) -> int:
        return _NUMBERS[what] if self.secret else 120

    def _common(self, what: str) -> dict[str, Any]:
        return {
            "name": self._name(what),
            "at": self.place,
            "agency_id": self.agency,
            "sensitivity": self.sensitivity,
            "confirmed_at": self.at,
            "status_at": self.at,
            "status_by": self.word,
            "address_line1": f"1 {self.word} Road",
            "city": "Columbia",
            "zip": "65201",
            "contact_name": f"{self.word} Person",
            "contact_phone": _PHONE if self.secret else "(573) 555-0100",
            "notes": f"{self.word} notes",
            "external_id": f"{self.word}-{what}",
        }

    def sites(self) -> None:
        """A shelter with counts, a hold, a departure and a call; a supply site with stock."""
        common = self._common("hall")
        shelter = makers.shelter(
            self.session,
            **common | {} if self.secret else common | {"sensitivity": "public"},
            evacuation_capacity=self._number("capacity"),
            post_impact_capacity=self._number("capacity"),
            population_total=self._number("people") // 2,
            counted_at=self.at,
            managing_org=f"{self.word} Org",
        )
        self.ids["shelter"] = shelter
        self._add(
            ShelterCount, resource_id=shelter, at=self.at, period="adhoc", source="web",
            total=self._number("people"), general=self._number("people"), reported_by=self.word,
        )  # fmt: skip
        now = datetime.now(UTC)
        self.ids["hold"] = self._add(
            BedHold, resource_id=shelter, people=self._number("beds"), held_by=self.word,
            held_at=now, held_until=now + timedelta(minutes=29),
        )  # fmt: skip
        self._add(
            ContactTry, resource_id=shelter, at=self.at, by_name=self.word, outcome="changed",
            note=f"{self.word} note",
        )  # fmt: skip
        self._add(
            ShelterDeparture, from_id=shelter, people=self._number("beds"), left_at=self.at,
            words=f"{self.word} hotel", by_name=self.word,
        )  # fmt: skip
        site = makers.supply_site(self.session, **self._common("depot"))
        self.ids["supply"] = site
        self.ids["stock"] = makers.stock(
            self.session, site, f"{self.word} water", item_code="WAT-BTL", category="water",
            quantity_on_hand=self._number("stock"), par_level=5, lot=self.word, as_of=self.at,
        )  # fmt: skip
        self.ids["movement"] = self.session.scalar(
            select(func.max(StockMovement.id)).where(
                StockMovement.stock_line_id == self.ids["stock"]
            )
        ) or self._moved(7)
        self._takes(site)

    def _moved(self, quantity: int) -> int:
        return self._add(
            StockMovement, at=self.at, kind="receive", stock_line_id=self.ids["stock"],
            quantity=quantity, by_name=self.word, source="web",
        )  # fmt: skip

    def _takes(self, site: int) -> None:
        self.ids["stocktake"] = self._add(
            Stocktake, resource_id=site, drawn_by=self.word, drawn_at=self.at
        )
        self._add(
            StocktakeLine, stocktake_id=self.ids["stocktake"], stock_line_id=self.ids["stock"],
            expected=self._number("stock"), note=self.word,
        )  # fmt: skip

    def responders(self, beside: Planted | None) -> None:
        """A unit at work on an incident in an area; a secret one also on one that all may see."""
        unit = makers.unit(self.session, **self._common("engine"), leader_name=self.word)
        makers.fix(self.session, unit, self.place, self.at)
        incident = makers.incident(
            self.session,
            at=self.place,
            number=f"2000-{self.word}"[:20],
            title=self._name("fire"),
            sensitivity=self.sensitivity,
            agency_id=self.agency,
            place=f"{self.word} Street",
            reported_at=self.at,
        )
        area = makers.area(
            self.session, name=self._name("cloud"), sensitivity=self.sensitivity,
            agency_id=self.agency, notes=self.word, starts_at=self.at, incident_id=incident,
        )  # fmt: skip
        at = incident if beside is None else beside.ids["incident"]
        self.ids |= {"unit": unit, "incident": incident, "area": area}
        self.ids["assignment"] = makers.assignment(
            self.session, unit, at, status_by=self.word, task=self.word, status_at=self.at
        )
        self.ids["need"] = makers.need(self.session, incident, ["engine"])
        self.ids["entry"] = makers.log_entry(
            self.session, incident, f"{self.word} said", at=self.at
        )
        self.ids["look"] = self._add(
            TrailView, viewer=self.word, resource_id=unit, from_at=self.at, to_at=self.at,
            reason=f"{self.word} reason",
        )  # fmt: skip

    def wants(self) -> None:
        """A request of the shelter."""
        self.ids["request"] = self._add(
            Request, number=f"REQ-{self.word}"[:20], agency_id=self.agency,
            deliver_to_id=self.ids["shelter"], priority="lifesaving", note=f"{self.word} note",
            contact_name=self.word, requested_by=self.word, requested_at=self.at, source="web",
            incident_id=self.ids["incident"],
        )  # fmt: skip
        self.ids["line"] = self._add(
            RequestLine, request_id=self.ids["request"], rank=1, item_name=f"{self.word} cots",
            quantity=self._number("asked"), unit_of_issue="EA", status="approved",
            status_at=self.at, status_by=self.word,
        )  # fmt: skip

    def on_the_way(self) -> None:
        """A shipment from the depot to the shelter, for the request."""
        self.fill()
        self.ship(self.ids["supply"], self.ids["shelter"], f"SHP-{self.word}"[:20])

    def fill(self) -> None:
        """The stock line promises something to the request's line."""
        self.ids["fill"] = self._add(
            Fill, request_line_id=self.ids["line"], stock_line_id=self.ids["stock"],
            unit_of_issue="EA", made_by=self.word, made_at=self.at, note=self.word,
        )  # fmt: skip

    def ship(self, start: int, end: int, number: str) -> None:
        """What was promised is on the way."""
        self.ids["shipment"] = self._add(
            Shipment, number=number, from_id=start, to_id=end, status_at=self.at,
            status_by=self.word, carrier=f"{self.word} Trucks", created_by=self.word,
            carrier_phone=_PHONE if self.secret else None,
        )  # fmt: skip
        self.ids["shipment_line"] = self._add(
            ShipmentLine, shipment_id=self.ids["shipment"], fill_id=self.ids["fill"],
            stock_line_id=self.ids["stock"], quantity=7,
        )  # fmt: skip

    def files(self) -> None:
        """A spreadsheet of the agency, and a machine's and a device's key."""
        text = f"name,status\r\n{self._name('annex')},open\r\n".encode()
        self.ids["upload"] = self._add(
            Upload, agency_id=self.agency, by_agency_id=self.agency, kind="shelter",
            filename=f"{self.word}.csv", size=len(text), sha256=self.word.ljust(64, "0")[:64],
        )  # fmt: skip
        self.session.execute(insert(UploadFile).values(upload_id=self.ids["upload"], content=text))
        self.ids["token"] = self._add(
            tables.ApiToken, agency_id=self.agency, name=self.word, role="county_editor",
            hint="abcd", token_hash=self.word.lower().ljust(64, "0")[:64],
        )  # fmt: skip
        account = people.account(self.session, "joe" if self.secret else "carol").id
        self.ids["device"] = self._add(
            tables.Device, account_id=account, name=self.word, kind="owntracks", hint="abcd",
            token_hash=self.word.upper().ljust(64, "0")[:64],
        )  # fmt: skip
        # an account is no secret: its name stands at everything its person does
        self.ids["account"] = NOBODY if self.secret else account
