"""/rules: run cards, cover, how units travel, types of incidents, and how long facts hold."""

from collections.abc import Callable, Mapping
from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from meris import fields, freshness, wording
from meris.dispatch import rules, rules_cards, rules_cover, rules_travel, rules_types
from meris.errors import Conflict, Invalid
from meris.fields import PRIORITY
from meris.fields.lists_supply import UNIT_OF_ISSUE
from meris.needs.cards import every as every_card
from meris.running_out import factors
from meris.running_out.factors import Factors
from meris.web.context import context, viewer

pages = Blueprint("rules", __name__, url_prefix="/rules")

#: A file of rules is small.
_MOST_BYTES = 2 * 1024 * 1024


@pages.get("")
def index() -> ResponseReturnValue:
    """The first of the pages."""
    return redirect(url_for("rules.cards"))


@pages.get("/cards")
def cards() -> str:
    """What is usually sent, by type of incident."""
    with context().database.reading() as session:
        return _render(
            "cards",
            cards=every_card(session),
            types={kind.code: kind for kind in rules_types.every(session)},
        )


@pages.get("/cards/new", defaults={"card_id": None})
@pages.get("/cards/<int:card_id>")
def card(card_id: int | None) -> str:
    """A run card to change, or an empty one."""
    with context().database.reading() as session:
        blank = {"incident_type": request.args.get("type", "")}
        now = blank if card_id is None else _card(session, card_id)
        return _card_form(session, card_id, now, seen=rules.mark(now))


@pages.post("/cards/new", defaults={"card_id": None})
@pages.post("/cards/<int:card_id>")
def save_card(card_id: int | None) -> ResponseReturnValue:
    """Write or remove a run card."""

    def write(session: Session, seen: str | None) -> str:
        home = context().home
        if "remove" in request.form and card_id is not None:
            rules_cards.remove(session, viewer(), card_id, seen=seen, home=home)
            return "The run card is removed."
        rules_cards.save(session, viewer(), card_id, request.form, seen=seen, home=home)
        return "The run card is saved."

    def again(session: Session, **told: Any) -> str:
        return _card_form(session, card_id, request.form, **told)

    return _saved(write, again, "rules.cards")


@pages.get("/cover")
def cover() -> str:
    """How many units must stay, by place."""
    with context().database.reading() as session:
        return _render("cover", rules=rules_cover.every(session, context().home))


@pages.get("/cover.csv")
def cover_file() -> Response:
    """Minimum cover as a file that can be sent back."""
    with context().database.reading() as session:
        text = rules_cover.as_csv(rules_cover.every(session, context().home))
    response = Response(text.encode("utf-8-sig"), content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = 'attachment; filename="meris-minimum-cover.csv"'
    return response


@pages.post("/cover.csv")
def load_cover() -> ResponseReturnValue:
    """Read minimum cover from a file: all of it or nothing."""
    file = request.files.get("file")
    content = file.read(_MOST_BYTES + 1) if file else b""
    replace = request.form.get("others") == "remove"
    try:
        if not content:
            raise Invalid("Choose a file first.")
        if len(content) > _MOST_BYTES:
            raise Invalid("The file is larger than 2 MB. Minimum cover needs far less.")
        with context().database.transaction(viewer().actor) as session:
            done = rules_cover.load(
                session, viewer(), content, replace=replace, home=context().home
            )
    except Invalid as refused:
        with context().database.reading() as session:
            every = rules_cover.every(session, context().home)
            return _render("cover", rules=every, refused=refused, others=replace), 422
    flash(
        f"{done.added} added, {done.changed} changed, {done.removed} removed,"
        f" {done.unchanged} as they were.",
        "success",
    )
    return redirect(url_for("rules.cover"))


@pages.get("/cover/new", defaults={"rule_id": None})
@pages.get("/cover/<int:rule_id>")
def cover_rule(rule_id: int | None) -> str:
    """A rule of minimum cover to change, or an empty one."""
    with context().database.reading() as session:
        now: rules.Shown = {}
        if rule_id is not None:
            now = rules_cover.shown(rules_cover.find(session, rule_id, context().home))
        return _cover_form(session, rule_id, now, seen=rules.mark(now))


@pages.post("/cover/new", defaults={"rule_id": None})
@pages.post("/cover/<int:rule_id>")
def save_cover(rule_id: int | None) -> ResponseReturnValue:
    """Write or remove a rule of minimum cover."""

    def write(session: Session, seen: str | None) -> str:
        home = context().home
        if "remove" in request.form and rule_id is not None:
            rules_cover.remove(session, viewer(), rule_id, seen=seen, home=home)
            return "The rule is removed."
        rules_cover.save(session, viewer(), rule_id, request.form, seen=seen, home=home)
        return "The rule is saved."

    def again(session: Session, **told: Any) -> str:
        return _cover_form(session, rule_id, request.form, **told)

    return _saved(write, again, "rules.cover")


@pages.get("/travel")
def travel() -> str:
    """How kinds of units travel, and how long they work."""
    with context().database.reading() as session:
        now = rules_travel.shown(session)
        return _travel_form(session, now, seen=rules.mark(now))


@pages.post("/travel")
def save_travel() -> ResponseReturnValue:
    """Write the whole table."""

    def write(session: Session, seen: str | None) -> str:
        changed = rules_travel.save(session, viewer(), request.form, seen=seen)
        return f"{wording.plural(changed, 'kind')} changed."

    def again(session: Session, **told: Any) -> str:
        return _travel_form(session, request.form, **told)

    return _saved(write, again, "rules.travel")


@pages.get("/ages")
def ages() -> str:
    """How long each group of facts may be believed, by status."""
    with context().database.reading() as session:
        now = freshness.ages_shown(session)
        return _ages_form(session, now, seen=rules.mark(now))


@pages.post("/ages")
def save_ages() -> ResponseReturnValue:
    """Write the whole table."""

    def write(session: Session, seen: str | None) -> str:
        changed = freshness.save_ages(session, viewer(), request.form, seen=seen)
        return f"{wording.plural(changed, 'limit')} changed."

    def again(session: Session, **told: Any) -> str:
        return _ages_form(session, request.form, **told)

    return _saved(write, again, "rules.ages")


@pages.get("/types")
def types() -> str:
    """What may happen."""
    with context().database.reading() as session:
        return _render("types", types=rules_types.every(session))


@pages.get("/add-type", defaults={"code": None})
@pages.get("/types/<code>")
def incident_type(code: str | None) -> str:
    """A type of incident to change, or an empty one."""
    with context().database.reading() as session:
        now: rules.Shown = {"active": "yes"}
        if code is not None:
            now = rules_types.shown(rules_types.find(session, code))
        return _type_form(session, code, now, seen=rules.mark(now))


@pages.post("/add-type", defaults={"code": None})
@pages.post("/types/<code>")
def save_type(code: str | None) -> ResponseReturnValue:
    """Write a type of incident."""

    def write(session: Session, seen: str | None) -> str:
        rules_types.save(session, viewer(), code, request.form, seen=seen)
        return "The type is saved."

    def again(session: Session, **told: Any) -> str:
        return _type_form(session, code, request.form, **told)

    return _saved(write, again, "rules.types")


@pages.get("/supplies")
def supplies() -> str:
    """Planning factors: what people use up, and how long a delivery takes and is to last."""
    with context().database.reading() as session:
        now = factors.shown(Factors.read(session).rows)
        return _factors_form(session, now, seen=rules.mark(now))


@pages.post("/supplies")
def save_supplies() -> ResponseReturnValue:
    """Write the whole table."""

    def write(session: Session, seen: str | None) -> str:
        changed = factors.save(session, viewer(), request.form, seen=seen)
        return f"{wording.plural(changed, 'factor')} changed."

    return _saved(write, _factors_typed, "rules.supplies")


def _saved(
    write: Callable[[Session, str | None], str], again: Callable[..., str], onward: str
) -> ResponseReturnValue:
    """Write what was typed and go on; or show it again with what is wrong, nothing of it lost."""
    try:
        with context().database.transaction(viewer().actor) as session:
            done = write(session, request.form.get("seen"))
    except (Invalid, Conflict) as refused:
        problems = refused.details.get("problems") or []
        told = {
            "message": refused.message,
            "wrong": {one["field"]: one["message"] for one in problems},
            "theirs": refused.details.get("current"),
            "seen": refused.details.get("seen") or request.form.get("seen"),
        }
        with context().database.reading() as session:
            return again(session, **told), 409 if isinstance(refused, Conflict) else 422
    flash(done, "success")
    return redirect(url_for(onward))


def _card(session: Session, card_id: int) -> rules.Shown:
    return rules_cards.shown(rules_cards.find(session, card_id), context().home)


def _card_form(session: Session, card_id: int | None, typed: Mapping[str, str], **told: Any) -> str:
    kinds = [kind for kind in rules_types.every(session) if kind.active]
    return _render("card", card_id=card_id, typed=typed, types=kinds, **told)


def _cover_form(
    session: Session, rule_id: int | None, typed: Mapping[str, str], **told: Any
) -> str:
    regions = rules_cover.regions(session)
    return _render("cover_rule", rule_id=rule_id, typed=typed, regions=regions, **told)


def _travel_form(session: Session, typed: Mapping[str, str], **told: Any) -> str:
    factor = context().settings.detour_factor
    now = rules_travel.shown(session)
    return _render(
        "travel", typed=typed, now=now, kinds=rules_travel.kinds(), factor=factor, **told
    )


def _ages_form(session: Session, typed: Mapping[str, str], **told: Any) -> str:
    kinds = [(kind, freshness.GROUPS_OF[kind], fields.statuses(kind)) for kind in fields.KINDS]
    known = freshness.ages_shown(session)
    return _render("ages", typed=typed, kinds=kinds, known=known, **told)


def _type_form(session: Session, code: str | None, typed: Mapping[str, str], **told: Any) -> str:
    title = rules_types.find(session, code).title if code else None
    return _render("type", code=code, title=title, typed=typed, **told)


def _factors_typed(session: Session, **told: Any) -> str:
    return _factors_form(session, request.form, **told)


def _factors_form(session: Session, typed: Mapping[str, str], **told: Any) -> str:
    rows = Factors.read(session).rows
    titles = {code: choice.title for code, choice in UNIT_OF_ISSUE.by_code.items()}
    return _render(
        "supplies", typed=typed, now=factors.shown(rows), factors=rows, titles=titles, **told
    )


def _render(page: str, **told: Any) -> str:
    usual: dict[str, Any] = {"wrong": {}, "theirs": None, "message": None, "seen": ""}
    return render_template(
        f"rules/{page}.html",
        page=page,
        may_change=viewer().may("rules"),
        priorities=PRIORITY,
        units=fields.types("unit"),
        categories=rules_types.CATEGORIES,
        counties=context().home.gazetteer.counties,
        **(usual | told),
    )
