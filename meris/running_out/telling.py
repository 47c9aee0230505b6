"""A line of what runs out, told: figures for machines, and the words that people read."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from meris import supplies
from meris.accounts import Viewer
from meris.fields import Home
from meris.fields.lists_request import LINE_STATUS
from meris.language import _, ngettext
from meris.running_out import estimate
from meris.running_out.coming import Coming, Transit
from meris.running_out.factors import Factors
from meris.running_out.packs import Pack, pack_for
from meris.running_out.pods import Pod

Row = Mapping[str, Any]
_PLACE = ("id", "name", "kind", "type", "status", "city", "agency", "county")


@dataclass(frozen=True)
class Place:
    """A shelter or point of distribution; `facts` are its columns with agency and county."""

    facts: Row
    pod: Pod | None
    opening: estimate.Opening


def hours(number: float) -> timedelta:
    """A length of time from hours."""
    return timedelta(hours=number)


def site(place: Place) -> dict[str, Any]:
    """The place for JSON."""
    return {name: place.facts[name] for name in _PLACE}


def pod(one: Pod, rows: Sequence[Row]) -> dict[str, Any]:
    """How a point of distribution works; `measured` is how many people a day what was handed out
    lately would do for, by item."""
    return {
        "type": one.type,
        "vehicles_per_hour": one.vehicles_per_hour,
        "people_per_vehicle": one.people_per_vehicle,
        "hours": one.hours,
        "loading_points": one.loading_points,
        "staff": one.staff,
        "people_a_day": one.people_a_day,
        "check": one.check,
        "assumed": sorted(one.assumed),
        "measured": [
            {"item": row["title"], "people_a_day": round(_served(row))}
            for row in rows
            if row["basis"] in ("issues", "counts") and row["per"] == "person_day"
        ],
    }


def _served(row: Row) -> float:
    return float(row["an_hour"]) * float(row["hours"]) / float(row["factor"])


@dataclass(frozen=True)
class Teller:
    """Tells rows of `listed` with what else is known of them."""

    factors: Factors
    coming: Coming
    packs: Mapping[tuple[int, str], Pack]
    home: Home
    viewer: Viewer

    def line(self, row: Row, place: Place) -> dict[str, Any]:
        """One need of one place. Quantities are base units, `left` hours of use; None unknown."""
        key = (row["id"], row["need"])
        transit = self.coming.transit.get(key, Transit())
        asked = self.coming.asked.get(key, [])
        left, now = _float(row["hours_left"]), self.home.now()
        ends = estimate.between(row)
        return {
            "site": site(place),
            "need": row["need"],
            "item": row["title"],
            "category": row["category"],
            "unit": row["unit"],
            "state": row["state"],
            "left": left,
            "left_least": ends[0] if ends else None,
            "left_most": ends[1] if ends else None,
            "runs_out_at": self._when(place, left, now),
            "may_run_out_at": self._when(place, ends[0] if ends else None, now),
            "open_hours": place.opening.hours,
            "a_day": _daily(row),
            "basis": row["basis"],
            "why": self._why(row, place),
            "free": _float(row["free"]),
            "expired": _float(row["expired"]),
            "committed": _float(row["committed"]),
            "unsized": row["unsized"] or 0,
            "par": _float(row["par"]),
            "people": _float(row["people"]),
            "reorder_at": self._reorder_at(row),
            "low": self._is_low(row),
            "coming": self._coming(row, transit, place, left, now),
            "requests": asked,
            "may_ask": _may_ask(self.viewer, place),
            "order": None if asked else self._order(row, transit, place),
        }

    def _when(self, place: Place, left: float | None, now: datetime) -> str | None:
        if left is None:
            return None
        moment = place.opening.after(now, left, self.home.zone)
        return moment.isoformat() if moment else None

    def _reorder_at(self, row: Row) -> float | None:
        """What is left when more has to be asked for: a delivery's time and a reserve."""
        daily = _daily(row)
        days = self.factors.number("lead_days") + self.factors.number("safety_days")
        return daily * days if daily else None

    def _is_low(self, row: Row) -> bool:
        reorder_at = self._reorder_at(row)
        if row["state"] == "known":
            return reorder_at is not None and float(row["free"]) <= reorder_at
        return row["state"] in ("none", "short")

    def _coming(
        self, row: Row, transit: Transit, place: Place, left: float | None, now: datetime
    ) -> dict[str, Any] | None:
        """What is on its way, and how long all of it lasts then."""
        if not transit.quantity:
            return None
        rate = _float(row["an_hour"])
        then = left + float(transit.quantity) / rate if rate and left is not None else None
        return {
            "quantity": float(transit.quantity),
            "at": transit.at.isoformat() if transit.at else None,
            "left_then": then,
            "runs_out_then": self._when(place, then, now),
        }

    def _why(self, row: Row, place: Place) -> str:
        """What the rate is from, or why there is none, in a sentence without its full stop."""
        if row["basis"] == "issues":
            return _(
                "measured: %(number)s issues over %(length)s",
                number=row["points"],
                length=_span(row["issued_hours"]),
            )
        if row["basis"] == "counts":
            return _(
                "measured: %(number)s counts over %(length)s",
                number=row["counts"],
                length=_span(row["counted_hours"]),
            )
        if row["per"] == "person":
            return _of_people(row)
        if row["basis"] == "factor":
            return _planned(row)
        if row["per"] == "person_day" and place.pod:
            return _("not measured, and no throughput to plan by")
        if row["per"] == "person_day":
            return _("not measured, and no count of people to plan by")
        return _("nothing was handed out lately, and there is no planning factor")

    def _order(self, row: Row, transit: Transit, place: Place) -> dict[str, Any] | None:
        """The request that fills it up, where it is low and the viewer may ask for it."""
        if not self._is_low(row) or not _may_ask(self.viewer, place):
            return None
        days = self.factors.number("supply_days")
        level = self._reorder_at(row)
        base = estimate.wanted(row, days=days, reorder_at=level, coming=float(transit.quantity))
        if base <= 0:
            return None
        pack = pack_for(row, self.packs)
        quantity = pack.whole(base)
        return {
            "quantity": quantity,
            "unit": pack.unit,
            "words": supplies.amount(Decimal(quantity), pack.unit),
        }


def asked_words(asked: Mapping[str, Any]) -> str:
    """R2026-000012: 40 cases of bottled water, on the way."""
    status = LINE_STATUS[asked["status"]].title.lower()
    return f"{asked['number']}: {asked['words']}, {status}"


def _may_ask(viewer: Viewer, place: Place) -> bool:
    """As `requests.states.may_ask` has it, of a place at hand."""
    kind, agency_id = place.facts["kind"], place.facts["agency_id"]
    granted = viewer.editable(kind=kind, agency_id=agency_id)
    return granted is None or bool(granted)


def _planned(row: Row) -> str:
    planned = _(
        "planned: %(figure)s a person a day × %(people)s",
        figure=supplies.amount(_round(row["factor"]), row["unit"]),
        people=_people(row["people"]),
    )
    return planned if row["verified"] else _("%(planned)s, a customary figure", planned=planned)


def _of_people(row: Row) -> str:
    if row["people"] is None:
        return _("no count of people to plan by")
    needed = f"{math.ceil(float(row['people']) * float(row['factor'])):,}"
    told = _("%(needed)s for %(people)s", needed=needed, people=_people(row["people"]))
    if not row["issued"]:
        return told
    given = f"{_round(row['issued']):,f}"
    return _("%(needed)s, %(given)s handed out", needed=told, given=given)


def _people(number: float) -> str:
    said = f"{_round(number):,f}"
    return ngettext("%(num)s person", "%(num)s people", 1 if number == 1 else 2, num=said)


def _span(length: Any) -> str:
    return f"{float(length):.0f} h"


def _daily(row: Row) -> float | None:
    return float(row["an_hour"]) * float(row["hours"]) if row["an_hour"] is not None else None


def _round(number: Any) -> Decimal:
    """Three figures are as many as an estimate has."""
    value = Decimal(str(number))
    if value == value.to_integral_value() or abs(value) >= 100:
        return value.quantize(Decimal(1))
    return value.quantize(Decimal("0.1"))


def _float(number: Any) -> float | None:
    return None if number is None else float(number)
