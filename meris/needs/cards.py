"""Run cards: what is usually sent. The one that says most about county and priority applies."""

from dataclasses import dataclass

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from meris.needs.need import Need
from meris.tables import RunCard, RunCardLine


@dataclass(frozen=True)
class Card:
    """A run card and its lines, in their order; `priority` and `county_fips` None: for any."""

    id: int
    incident_type: str
    priority: int | None
    county_fips: str | None
    version: int
    needs: tuple[Need, ...]


def card_for(
    session: Session, incident_type: str, priority: int, county_fips: str | None
) -> Card | None:
    """The card that applies: one of the county before one of the priority before a general one."""
    statement = (
        select(RunCard)
        .where(RunCard.incident_type == incident_type)
        .where(or_(RunCard.priority.is_(None), RunCard.priority == priority))
        .where(or_(RunCard.county_fips.is_(None), RunCard.county_fips == county_fips))
        .order_by(RunCard.county_fips.is_(None), RunCard.priority.is_(None))
        .limit(1)
    )
    card = session.scalar(statement)
    return None if card is None else _card(card, _lines(session, [card.id]).get(card.id, ()))


def needs_of(
    session: Session, incident_type: str, priority: int, county_fips: str | None
) -> tuple[Need, ...]:
    """What is usually sent to such an incident there; nothing where no card says."""
    card = card_for(session, incident_type, priority, county_fips)
    return card.needs if card else ()


def every(session: Session) -> list[Card]:
    """All cards, by type, the general ones first."""
    statement = select(RunCard).order_by(
        RunCard.incident_type,
        RunCard.county_fips.nulls_first(),
        RunCard.priority.nulls_first(),
    )
    cards = session.scalars(statement).all()
    lines = _lines(session, [card.id for card in cards])
    return [_card(card, lines.get(card.id, ())) for card in cards]


def _card(card: RunCard, needs: tuple[Need, ...]) -> Card:
    return Card(card.id, card.incident_type, card.priority, card.county_fips, card.version, needs)


def _lines(session: Session, cards: list[int]) -> dict[int, tuple[Need, ...]]:
    statement = (
        select(RunCardLine)
        .where(RunCardLine.run_card_id.in_(cards))
        .order_by(RunCardLine.rank, RunCardLine.id)
    )
    found: dict[int, tuple[Need, ...]] = {}
    for line in session.scalars(statement):
        need = Need(line.count, tuple(line.unit_types), line.type_level, tuple(line.capabilities))
        found[line.run_card_id] = (*found.get(line.run_card_id, ()), need)
    return found
