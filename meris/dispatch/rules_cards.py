"""Run cards as rules: read, changed, removed."""

from collections.abc import Mapping

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.orm import Session

from meris.accounts import Viewer
from meris.dispatch import need_words
from meris.dispatch.rules import Form, Shown, begin, unchanged
from meris.errors import Invalid, NotFound
from meris.fields import PRIORITY, Home
from meris.needs.cards import Card, every
from meris.needs.need import Need
from meris.tables import IncidentType, RunCard, RunCardLine


def find(session: Session, card_id: int) -> Card:
    """A card. Raises `NotFound`."""
    card = next((card for card in every(session) if card.id == card_id), None)
    if card is None:
        raise NotFound("There is no such run card. It may have been removed.")
    return card


def shown(card: Card, home: Home) -> Shown:
    """The card as its form shows it."""
    county = home.gazetteer.counties.get(card.county_fips or "")
    return {
        "incident_type": card.incident_type,
        "priority": str(card.priority or ""),
        "county": county.full_name if county else card.county_fips or "",
        "lines": need_words.written(card.needs),
    }


def save(
    session: Session,
    viewer: Viewer,
    card_id: int | None,
    typed: Mapping[str, str],
    *,
    seen: str | None,
    home: Home,
) -> int:
    """Write a card as it was typed, a new one for None; its id.

    Raises `Forbidden`, `NotFound`, `Invalid` with every problem, or `Conflict` when the card says
    something else than was `seen`.
    """
    begin(session, viewer)
    if card_id is not None:
        unchanged("this run card", shown(find(session, card_id), home), seen)
    row, needs = _read(session, card_id, typed, home)
    if card_id is None:
        card_id = session.scalars(insert(RunCard).values(row).returning(RunCard.id)).one()
    else:
        touched = {**row, "updated_at": func.now()}
        session.execute(update(RunCard).where(RunCard.id == card_id).values(touched))
        session.execute(delete(RunCardLine).where(RunCardLine.run_card_id == card_id))
    session.execute(insert(RunCardLine), [_line(card_id, *each) for each in enumerate(needs)])
    return card_id


def remove(session: Session, viewer: Viewer, card_id: int, *, seen: str | None, home: Home) -> Card:
    """Take a card away. Raises as `save` does."""
    begin(session, viewer)
    card = find(session, card_id)
    unchanged("this run card", shown(card, home), seen)
    session.execute(delete(RunCard).where(RunCard.id == card_id))
    return card


def _read(
    session: Session, card_id: int | None, typed: Mapping[str, str], home: Home
) -> tuple[dict[str, object], tuple[Need, ...]]:
    form = Form(typed)
    types = session.scalars(select(IncidentType.code)).all()
    row: dict[str, object] = {
        "incident_type": form.of("incident_type", "type of incident", types),
        "priority": form.maybe_whole("priority", "priority", 1, len(PRIORITY)),
        "county_fips": form.county("county", home),
    }
    needs = _needs(form)
    form.done()
    rival = session.scalar(
        select(RunCard.id).where(
            RunCard.incident_type == row["incident_type"],
            RunCard.priority.is_not_distinct_from(row["priority"]),
            RunCard.county_fips.is_not_distinct_from(row["county_fips"]),
        )
    )
    if rival not in (None, card_id):
        form.refuse("incident_type", "There is a card for this type, priority and county already.")
        form.done()
    return row, needs


def _needs(form: Form) -> tuple[Need, ...]:
    try:
        needs = need_words.read(form.raw("lines"))
    except Invalid as refusal:
        form.refuse("lines", refusal.message)
        return ()
    if not needs:
        form.refuse("lines", "Say what is sent, a line each. To send nothing, remove the card.")
    return needs


def _line(card_id: int, rank: int, need: Need) -> dict[str, object]:
    return {
        "run_card_id": card_id,
        "rank": rank,
        "count": need.count,
        "unit_types": list(need.unit_types),
        "type_level": need.type_level,
        "capabilities": list(need.capabilities),
    }
