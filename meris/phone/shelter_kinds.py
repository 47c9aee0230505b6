"""What a shelter's manager reports: its status, a count, that all is still true, what it needs.

A count is kept whenever it was taken, and the newest leads. A status said in the face of what is no
longer so is a conflict, and so is a count whose taker did not know of somebody else's before it.
"""

from collections.abc import Callable
from typing import Any

from sqlalchemy.orm import Session

from meris import counts, fields, requests, resources, shelters, stays, wording
from meris.accounts import Viewer
from meris.dispatch.terms import Terms
from meris.errors import Invalid
from meris.fields import Home
from meris.fields.times import Moment
from meris.language import _
from meris.phone import bases, words
from meris.phone.report import Outcome, Report
from meris.resources.write import require_editable
from meris.tables import Resource, ShelterCount


def shelter_status(
    session: Session, viewer: Viewer, report: Report, home: Home, _terms: Terms
) -> Outcome:
    """{status, reason?, went?}: what the shelter is now, and where its people went if it empties.

    `went` is a list as `stays.read` takes it, or the fields of a form without a script.
    """
    shelter = _shelter(session, viewer, report)
    status, now = report.word("status"), bases.of_status(shelter)
    if status not in shelters.TRANSITIONS:
        raise Invalid(_("%(status)s is not a status of a shelter.", status=repr(status)))
    title = words.status("shelter", status)
    if shelter.status == status:
        require_editable(viewer, shelter, {"status": status})
        told = _("%(name)s was %(status)s already.", name=shelter.name, status=title.lower())
        return Outcome("applied", told, state=now, left=now)
    if not bases.was_shown(session, viewer, report, now):
        return bases.conflict(shelter, report, title, now)
    if shelter.status_at is not None and report.happened_at < shelter.status_at:
        since = wording.ago(shelter.status_at, report.received_at)
        told = _(
            "Kept in the record. %(name)s became %(status)s %(since)s, after that.",
            name=shelter.name,
            status=_title(shelter),
            since=since,
        )
        return Outcome("older", told, state=now, left=now)
    resources.change(
        session,
        viewer,
        shelter.id,
        version=shelter.version,
        values={"status": status} | stays.of_form(report.body),
        home=home,
        at=report.happened_at,
        reason=fields.LOG_TEXT.read(report.word("reason"), home),
    )
    session.refresh(shelter)
    now = bases.of_status(shelter)
    told = _("%(name)s is %(status)s.", name=shelter.name, status=_title(shelter))
    return Outcome("applied", told, state=now, left=now)


def shelter_count(
    session: Session, viewer: Viewer, report: Report, home: Home, _terms: Terms
) -> Outcome:
    """{general, medical_needs, other, pets, period}: who is there; empty is not counted."""
    shelter = _shelter(session, viewer, report)
    count = counts.read(report.body, home)
    counts.require_countable(viewer, shelter)
    newest = counts.latest(session, shelter.id)
    now = _count_base(newest)
    if _is_in_the_way(session, viewer, report, newest, now):
        assert newest is not None
        if _figures(newest) == _figures(count):
            told = _("The same was counted already.")
            return Outcome("applied", told, state=now, left=now)
        return bases.conflict(
            shelter,
            report,
            _in_words(count.people, count.pets),
            now,
            _in_words(newest.total, newest.pets),
            by=newest.reported_by,
            at=newest.at,
        )
    taken = counts.take(session, viewer, shelter.id, count, at=report.happened_at, key=report.key)
    now = _count_base(counts.latest(session, shelter.id))
    what = _in_words(count.people, count.pets)
    if not taken.leads:
        told = _("Kept in the record: %(count)s. A newer count leads.", count=what)
        return Outcome("older", told, state=now, left=now)
    return Outcome("applied", f"{shelter.name}: {what}.", state=now, left=now)


def still_true(
    session: Session, viewer: Viewer, report: Report, _home: Home, _terms: Terms
) -> Outcome:
    """{}: what is recorded of the shelter still holds."""
    shelter = _shelter(session, viewer, report)
    if shelter.confirmed_at is not None and report.happened_at <= shelter.confirmed_at:
        require_editable(viewer, shelter, {"status": None})
        since = wording.ago(shelter.confirmed_at, report.received_at)
        told = _("%(name)s was confirmed %(since)s, after that.", name=shelter.name, since=since)
        return Outcome("older", told)
    resources.confirm(session, viewer, shelter.id, version=shelter.version, at=report.happened_at)
    return Outcome("applied", _("%(name)s is confirmed: still true.", name=shelter.name))


def need(session: Session, viewer: Viewer, report: Report, home: Home, _terms: Terms) -> Outcome:
    """{text} or {item_code, quantity, unit_of_issue}, with priority?, needed_by?: a request."""
    shelter = _shelter(session, viewer, report)
    text = report.word("text")
    wants = requests.read_text(text, home) if text else [requests.read_want(report.body, home)]
    asked = requests.Asked(
        deliver_to=shelter.id,
        lines=wants,
        priority=report.word("priority"),
        needed_by=Moment(future=True).read(report.word("needed_by"), home),
        at=report.happened_at,
        source="phone",
    )
    made = requests.ask(session, viewer, asked, home=home, key=report.key)
    lines = requests.told(session, viewer, made.id)["lines"]
    listed = wording.listed([words.goods(line) for line in lines], most=6)
    told = _(
        "Request %(number)s: %(items)s, for %(name)s.",
        number=made.number,
        items=listed,
        name=shelter.name,
    )
    return Outcome("applied", told)


KINDS: dict[str, Callable[[Session, Viewer, Report, Home, Terms], Outcome]] = {
    "shelter_status": shelter_status,
    "shelter_count": shelter_count,
    "still_true": still_true,
    "need": need,
}


def _shelter(session: Session, viewer: Viewer, report: Report) -> Resource:
    """The shelter, locked. Raises `NotFound`, `Invalid`."""
    if report.subject is None:
        raise Invalid(_("This report does not say which shelter it is about."))
    return counts.lock(session, viewer, report.subject)


def _title(shelter: Resource) -> str:
    return words.in_sentence("shelter", shelter.status)


def _is_in_the_way(
    session: Session,
    viewer: Viewer,
    report: Report,
    newest: ShelterCount | None,
    now: dict[str, Any],
) -> bool:
    """Whether somebody else counted what this count did not know of; what is older gives way."""
    if newest is None or report.happened_at < newest.at:
        return False
    return not bases.was_shown(session, viewer, report, now)


def _count_base(newest: ShelterCount | None) -> dict[str, Any]:
    """{at}: which count the phone showed."""
    return {"at": bases.iso(newest.at) if newest else None}


def _figures(count: counts.Count | ShelterCount) -> tuple[int | None, ...]:
    people = count.people if isinstance(count, counts.Count) else count.total
    groups = (getattr(count, name) for name in (*counts.GROUPS, "pets"))
    return (people, *groups)


def _in_words(people: int | None, pets: int | None) -> str:
    """120 people, 4 pets."""
    said = words.people(people)
    return said if pets is None else f"{said}, {words.pets(pets)}"
