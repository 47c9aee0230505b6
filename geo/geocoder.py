"""Finding addresses: what a geocoder has to offer, and asking one without waiting forever.

MERIS ships none. An installation that has one (a county's address points, a service on its own
network) gives it as an object with this one method:

    class OurAddresses:
        def geocode(self, addresses: Sequence[Address]) -> Sequence[Found | None]: ...

It is called with up to 500 addresses at a time from a thread of its own, answers in their order,
and may raise whatever it likes: then these addresses are not found.
"""

import queue
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from geo.values import Position

#: So many addresses are asked for at a time.
BATCH = 500
#: Answers kept, so that checking and then loading a file asks once.
_KEPT = 200_000


@dataclass(frozen=True, slots=True)
class Address:
    """What is known of an address: house number and street, then what narrows it down.

    `county` is a name, `state` a postal code.
    """

    street: str
    city: str | None = None
    county: str | None = None
    state: str | None = None
    zip: str | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """Where an address is. `radius_m` says how far off that may be; None means the very place."""

    position: Position
    radius_m: int | None = None


class Geocoder(Protocol):
    """Finds addresses."""

    def geocode(self, addresses: Sequence[Address]) -> Sequence[Found | None]:
        """The place of each address in their order; None for those that are not found."""


class AddressSearch:
    """Asks a geocoder within a time limit and remembers its answers. Shared between threads."""

    def __init__(self, geocoder: Geocoder) -> None:
        self._geocoder = geocoder
        self._known: dict[Address, Found | None] = {}

    def find(self, addresses: Sequence[Address], seconds: float) -> "Answers":
        """Ask for what is not known yet, for at most `seconds`. Never raises."""
        ends = time.monotonic() + seconds
        new = [one for one in dict.fromkeys(addresses) if one not in self._known]
        trouble: str | None = None
        for start in range(0, len(new), BATCH):
            batch = new[start : start + BATCH]
            answer = _ask(self._geocoder, batch, ends - time.monotonic())
            if isinstance(answer, str):
                trouble = answer
                break
            self._keep(batch, answer)
        return Answers([self._known.get(one) for one in addresses], trouble)

    def _keep(self, batch: Sequence[Address], answer: Sequence[Found | None]) -> None:
        if len(self._known) > _KEPT:
            self._known.clear()
        self._known.update(zip(batch, answer, strict=True))


@dataclass(frozen=True, slots=True)
class Answers:
    """What was found for each address; `trouble` says why some were not asked for."""

    found: list[Found | None]
    trouble: str | None = None


def _ask(
    geocoder: Geocoder, batch: Sequence[Address], seconds: float
) -> Sequence[Found | None] | str:
    """The answer, or what went wrong. A geocoder that hangs is left behind with its thread."""
    if seconds <= 0:
        return "took too long"
    answers: queue.SimpleQueue[Sequence[Found | None] | str] = queue.SimpleQueue()

    def work() -> None:
        try:
            found = list(geocoder.geocode(batch))
            answers.put(found if len(found) == len(batch) else "gave the wrong number of answers")
        except Exception as failure:  # noqa: BLE001  # somebody else's code may raise anything
            answers.put(f"failed ({type(failure).__name__})")

    threading.Thread(target=work, name="geocoder", daemon=True).start()
    try:
        return answers.get(timeout=seconds)
    except queue.Empty:
        return "took too long"
