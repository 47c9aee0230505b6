"""The command that finds a place for people: shelters that suit them, with the reasons."""

from typing import Any

from geo.columns import position_of
from geo.values import Position
from meris import placing
from meris.commands.meaning import Meaning, Puzzle, Said, called_place, incident_of, place_of, row
from meris.dispatch.travel import DETOUR_FACTOR, StraightLine
from meris.placing.party import MOST_PEOPLE

_MOST_ROWS = 8
#: What each facility of a shelter says of people who ask for it.
_NEEDS: dict[str, dict[str, Any]] = {
    "wheelchair_accessible": {"wheelchair": 1},
    "pets": {"pets": 1},
    "generator": {"power": True},
}


def place(said: Said) -> Meaning:
    """Where so many people may go: those that suit, then those to call first."""
    world, party = said.world, _party(said)
    position, where = _from(said)
    router = world.router
    detour = router.detour if isinstance(router, StraightLine) else DETOUR_FACTOR
    found = placing.places(
        world.session,
        world.viewer,
        position,
        party,
        detour=detour,
        distances=world.home.distances,
    )
    offers = [*found.sure, *found.call_first][:_MOST_ROWS]
    call = f", {len(found.call_first)} to call first" if found.call_first else ""
    return Meaning(
        f"A place for {party.in_words()}{where}: {len(found.sure)} suit{call}.",
        show={"ids": [offer.id for offer in offers], "text": said.line.strip()} if offers else None,
        rows=[_row(offer) for offer in offers],
        warnings=[] if found.sure else _why_none(found),
    )


def _party(said: Said) -> placing.Party:
    people = said.value("number")
    if not people or people > MOST_PEOPLE:
        raise Puzzle(f"Name 1 to {MOST_PEOPLE:,} people.", said.one("number"))
    needs: dict[str, Any] = {"medical": said.has("medical")}
    for bound in said.all("facility"):
        if bound.value not in _NEEDS:
            text = said.text(bound)
            raise Puzzle(f"“{text}” is nothing that people need: wheelchair, pets, power.", bound)
        needs |= _NEEDS[bound.value]
    return placing.Party(people, **needs)


def _from(said: Said) -> tuple[Position, str]:
    """Where they are, and that in words."""
    bound = said.one("place")
    if bound is not None:
        place = place_of(said, bound)
        return place.position, f" near {called_place(said.world, place)}"
    if said.world.in_hand is not None:
        incident = incident_of(said)
        position = position_of(incident.position)
        if position is not None:
            return position, f" at {incident.number}"
    if said.world.here is None:
        raise Puzzle("Where are they? Add near and a place, or open an incident.")
    return said.world.here, " near the middle of the map"


def _row(offer: placing.Offer) -> dict[str, Any]:
    beds = "beds unknown" if offer.free is None else f"{offer.free:,} beds free"
    call = "call first, " if offer.answer == "unknown" else ""
    return row(
        offer.name,
        f"{call}about {offer.minutes} min, {beds}",
        resource=offer.id,
        kind="shelter",
        status=offer.status,
        reasons=[reason.text for reason in offer.reasons if reason.answer == "yes"],
        warnings=[reason.text for reason in offer.reasons if reason.answer != "yes"],
    )


def _why_none(found: placing.Found) -> list[str]:
    """Why the nearest is not offered."""
    if not found.others:
        return []
    nearest = found.others[0]
    why = ", ".join(reason.text for reason in nearest.reasons if reason.answer == "no")
    return [f"not {nearest.name}, the nearest: {why}"]
