"""Where the people of a shelter went when it emptied, and who is on the way to another.

What was said is kept once and for all (`ShelterDeparture`). People sent to another shelter are on
their way until that one is counted at a later moment.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, DateTime, cast, func, insert, or_, select
from sqlalchemy.orm import Session

from meris import counts, fields
from meris.accounts import Viewer
from meris.errors import Invalid, refused
from meris.fields import Home
from meris.fields.text_rules import Text
from meris.language import N_, _, ngettext
from meris.shelters import EMPTY
from meris.tables import Resource, Shelter, ShelterDeparture

#: Whose people leave: after these moves somebody has to have said where they went.
LEAVING = EMPTY | {"consolidating"}
MOST = 30
_MOST_PEOPLE = 100_000
_WORDS = Text(100, N_("where they went"))


@dataclass(frozen=True)
class Went:
    """So many people who left together: to a shelter by its id, or elsewhere in words."""

    people: int
    to: int | None = None
    words: str | None = None


@dataclass(frozen=True)
class Told:
    """People who left, as somebody who may know of both ends reads it.

    `other` is the shelter at the other end, None where it is none or not to be known.
    """

    people: int
    at: datetime
    by: str
    other_id: int | None
    other: str | None
    words: str | None

    def told(self) -> dict[str, Any]:
        """The same for JSON."""
        return {
            "people": self.people,
            "at": self.at.isoformat(),
            "by": self.by,
            "shelter": None if self.other_id is None else {"id": self.other_id, "name": self.other},
            "words": self.words,
        }


def read(given: Any, home: Home) -> list[Went]:
    """What was said: a list of {to, people, words}, from JSON or from a form.

    Lines without people are left out. Raises `Invalid`.
    """
    if given in (None, ""):
        return []
    if not isinstance(given, list) or len(given) > MOST:
        raise refused(
            "went", f'"went" is a list of at most {MOST} objects: people, and to or words.'
        )
    lines = [_read_one(one, home) for one in given]
    return [line for line in lines if line is not None]


def of_form(form: Mapping[str, Any]) -> dict[str, Any]:
    """{went: the lines as they stand in a form}, from fields `went_people_1`, `went_to_1`,
    `went_words_1` and so on, or as it was sent; nothing where nobody left."""
    if form.get("went"):
        return {"went": form["went"]}
    lines = [
        {name: form.get(f"went_{name}_{number}") for name in ("people", "to", "words")}
        for number in range(1, MOST + 1)
        if form.get(f"went_people_{number}")
    ]
    return {"went": lines} if lines else {}


def _read_one(given: Any, home: Home) -> Went | None:
    if not isinstance(given, Mapping):
        raise refused("went", 'Each of "went" is an object: people, and to or words.')
    people = _number(given.get("people"), _MOST_PEOPLE)
    if not people:
        return None
    to, words = _number(given.get("to"), 2**62), _words(given.get("words"), home)
    if (to is None) == (words is None):
        raise refused(
            "went",
            ngettext(
                "Say of %(num)s person either which shelter they went to or, in words, where.",
                "Say of %(num)s people either which shelter they went to or, in words, where.",
                people,
                num=f"{people:,}",
            ),
        )
    return Went(people, to, words)


def _words(given: Any, home: Home) -> str | None:
    try:
        words: str | None = _WORDS.read(given, home)
    except Invalid as refusal:
        raise refused("went", refusal.message) from refusal
    return words


def _number(given: Any, most: int) -> int | None:
    text = "" if given is None else str(given).strip().replace(",", "")
    if not text:
        return None
    if isinstance(given, bool) or not (text.isascii() and text.isdecimal() and len(text) < 20):
        raise refused("went", _("The number of people must be a whole number."))
    if int(text) > most:
        raise refused("went", _("The number of people is too large."))
    return int(text)


def check(
    session: Session, viewer: Viewer, shelter: Resource, status: str, went: Sequence[Went]
) -> None:
    """Raise `Invalid` unless a shelter may become `status` when its people went there.

    A closing shelter's people must add up to the last count; of a consolidating one some may stay.
    """
    counted = session.get_one(Shelter, shelter.id).population_total or 0
    gone = sum(one.people for one in went)
    if went and status not in LEAVING:
        raise refused(
            "went", _("People leave a shelter that closes or consolidates. Choose one of these.")
        )
    if status in EMPTY and counted and not gone:
        raise refused("went", _still_there(shelter, status, counted))
    if gone > counted or (status in EMPTY and gone != counted):
        raise refused(
            "went",
            ngettext(
                "%(num)s person is counted at %(name)s, and %(gone)s are said to have left."
                " Correct one, or count anew.",
                "%(num)s people are counted at %(name)s, and %(gone)s are said to have left."
                " Correct one, or count anew.",
                counted,
                num=f"{counted:,}",
                name=shelter.name,
                gone=f"{gone:,}",
            ),
        )
    for one in went:
        if one.to is not None:
            _require_open(session, viewer, shelter, one.to)


def leave(
    session: Session, viewer: Viewer, shelter_id: int, went: Sequence[Went], *, at: datetime
) -> None:
    """Keep where people went, as `check` has found it right, and count those who are left."""
    part = session.get_one(Shelter, shelter_id)
    rows = [
        {
            "from_id": shelter_id,
            "to_id": one.to,
            "people": one.people,
            "words": one.words,
            "left_at": at,
            "by_name": viewer.name,
        }
        for one in went
    ]
    session.execute(insert(ShelterDeparture), rows)
    count = _left(part, sum(one.people for one in went))
    # it follows the count that it was taken off from
    counted_at = max(at, part.counted_at or at)
    counts.take(session, viewer, shelter_id, count, at=counted_at, source="departure")


def _still_there(shelter: Resource, status: str, counted: int) -> str:
    return ngettext(
        "%(num)s person is still counted at %(name)s, so it cannot become %(status)s."
        " Say where they went, or leave it open.",
        "%(num)s people are still counted at %(name)s, so it cannot become %(status)s."
        " Say where they went, or leave it open.",
        counted,
        num=f"{counted:,}",
        name=shelter.name,
        status=_(fields.statuses("shelter")[status].title).lower(),
    )


def _require_open(session: Session, viewer: Viewer, shelter: Resource, to: int) -> None:
    """Nobody is sent where the doors are shut; a hidden shelter answers like none."""
    known = Resource.id == to, Resource.kind == "shelter", viewer.policy.condition()
    other = session.scalar(select(Resource).where(*known))
    if other is None:
        raise refused("went", _("There is no such shelter to go to, or you may not see it."))
    if other.id == shelter.id:
        raise refused(
            "went", _("%(name)s is where they were. Choose another shelter.", name=shelter.name)
        )
    if other.status in LEAVING:
        told = _(
            "%(name)s is %(status)s. Choose one that takes people, or open it first.",
            name=other.name,
            status=_(fields.statuses("shelter")[other.status].title).lower(),
        )
        raise refused("went", told)


def _left(part: Shelter, gone: int) -> counts.Count:
    """The count after they left: nobody, or a smaller total of which no group is known."""
    rest = (part.population_total or 0) - gone
    if rest:
        return counts.Count(total=rest)
    return counts.Count(
        total=0,
        general=_nobody(part.population_general),
        medical_needs=_nobody(part.population_medical_needs),
        other=_nobody(part.population_other),
        pets=_nobody(part.population_pets),
    )


def _nobody(counted: int | None) -> int | None:
    """None of what was counted; what nobody counted stays unknown."""
    return None if counted is None else 0


def on_the_way() -> ColumnElement[bool]:
    """Departures whose people are in no count yet, for queries on `ShelterDeparture` and
    `Shelter`, the one they go to."""
    never = cast("-infinity", DateTime(True))
    return (ShelterDeparture.to_id == Shelter.resource_id) & (
        ShelterDeparture.left_at > func.coalesce(Shelter.counted_at, never)
    )


def arriving(session: Session, viewer: Viewer, shelter_id: int) -> list[Told]:
    """Who is on the way to a shelter, the latest first."""
    statement = _both_ends(viewer, ShelterDeparture.from_id).join(
        Shelter, Shelter.resource_id == ShelterDeparture.to_id
    )
    return _tell(session, statement.where(ShelterDeparture.to_id == shelter_id, on_the_way()))


def left(session: Session, viewer: Viewer, shelter_id: int) -> list[Told]:
    """Where the people of a shelter went, the latest first."""
    statement = _both_ends(viewer, ShelterDeparture.to_id)
    return _tell(session, statement.where(ShelterDeparture.from_id == shelter_id))


def _both_ends(viewer: Viewer, other: Any) -> Any:
    """Departures with the shelter at the other end, where the viewer may know of it."""
    return select(ShelterDeparture, Resource).outerjoin(
        Resource, (Resource.id == other) & viewer.policy.condition()
    )


def _tell(session: Session, statement: Any) -> list[Told]:
    newest = (ShelterDeparture.left_at.desc(), ShelterDeparture.id.desc())
    rows = session.execute(statement.order_by(*newest).limit(MOST))
    return [
        Told(
            one.people,
            one.left_at,
            one.by_name,
            other.id if other else None,
            other.name if other else None,
            one.words or (None if other else "a place that you may not see"),
        )
        for one, other in rows
    ]


def havens(session: Session, viewer: Viewer, shelter: Resource) -> list[Resource]:
    """Shelters that people could be sent to from here, to choose from: open ones of the same
    agency or county, and those told to be ready."""
    near = or_(Resource.agency_id == shelter.agency_id, Resource.county_fips == shelter.county_fips)
    takes = Resource.status.in_(("open", "standby", "alert"))
    known = Resource.kind == "shelter", Resource.id != shelter.id, viewer.policy.condition()
    statement = select(Resource).where(*known, takes, near)
    order = (Resource.status != "open", Resource.name, Resource.id)
    return list(session.scalars(statement.order_by(*order).limit(MOST)))
