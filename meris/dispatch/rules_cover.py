"""Minimum cover as rules: read, changed, removed, and many at once from a file."""

import csv
import io
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from sqlalchemy import delete, insert, select, update
from sqlalchemy.orm import Session

from meris import fields
from meris.accounts import Viewer
from meris.dispatch import need_words
from meris.dispatch.rules import Form, Shown, begin, unchanged
from meris.errors import Invalid, NotFound
from meris.fields import Home
from meris.fields.guard import guarded, unguarded
from meris.fields.words import key
from meris.fields.words import shown as quoted
from meris.needs.need import kinds_said
from meris.tables import CoverRule, Region, RegionScheme

COLUMNS = ("county", "region", "units", "minimum", "note")
_MOST_ROWS, _MOST_PROBLEMS, _MOST_MINIMUM = 5_000, 50, 10_000
_DIVIDES = re.compile(r"\s*;\s*|\s+or\s+", re.IGNORECASE)


@dataclass(frozen=True)
class Rule:
    """A rule in words: `where` is a county's or a region's name, `region` with its scheme."""

    id: int
    county: str
    region: str
    unit_types: tuple[str, ...]
    minimum: int
    note: str

    @property
    def where(self) -> str:
        """What it is about."""
        return self.county or self.region

    @property
    def units(self) -> str:
        """Its kinds of units in words."""
        return kinds_said(self.unit_types, self.minimum)


class Loaded(NamedTuple):
    """What a file changed."""

    added: int
    changed: int
    removed: int
    unchanged: int


def every(session: Session, home: Home) -> list[Rule]:
    """All rules, regions first, by name."""
    statement = (
        select(CoverRule, RegionScheme.title, Region.title)
        .outerjoin(Region, Region.id == CoverRule.region_id)
        .outerjoin(RegionScheme, RegionScheme.id == Region.scheme_id)
    )
    found = [_told(*row, home) for row in session.execute(statement)]
    return sorted(found, key=lambda rule: (rule.county, rule.region, rule.unit_types, rule.id))


def find(session: Session, rule_id: int, home: Home) -> Rule:
    """A rule. Raises `NotFound`."""
    rule = next((rule for rule in every(session, home) if rule.id == rule_id), None)
    if rule is None:
        raise NotFound("There is no such rule. It may have been removed.")
    return rule


def shown(rule: Rule) -> Shown:
    """The rule as its form shows it."""
    return {
        "county": rule.county,
        "region": rule.region,
        "units": _units(rule.unit_types),
        "minimum": str(rule.minimum),
        "note": rule.note,
    }


def regions(session: Session) -> dict[str, int]:
    """The ids of the regions by scheme and name, in order."""
    statement = (
        select(RegionScheme.title, Region.title, Region.id)
        .join(Region, Region.scheme_id == RegionScheme.id)
        .order_by(RegionScheme.title, Region.code)
    )
    return {_region(scheme, title): number for scheme, title, number in session.execute(statement)}


def save(
    session: Session,
    viewer: Viewer,
    rule_id: int | None,
    typed: Mapping[str, str],
    *,
    seen: str | None,
    home: Home,
) -> int:
    """Write a rule as it was typed, a new one for None; its id.

    Raises `Forbidden`, `NotFound`, `Invalid` with every problem, or `Conflict` when the rule says
    something else than was `seen`.
    """
    begin(session, viewer)
    if rule_id is not None:
        unchanged("this rule", shown(find(session, rule_id, home)), seen)
    form = Form(typed)
    row = _read(form, regions(session), home)
    form.done()
    if rule_id is None:
        return session.scalars(insert(CoverRule).values(row).returning(CoverRule.id)).one()
    session.execute(update(CoverRule).where(CoverRule.id == rule_id).values(row))
    return rule_id


def remove(session: Session, viewer: Viewer, rule_id: int, *, seen: str | None, home: Home) -> Rule:
    """Take a rule away. Raises as `save` does."""
    begin(session, viewer)
    rule = find(session, rule_id, home)
    unchanged("this rule", shown(rule), seen)
    session.execute(delete(CoverRule).where(CoverRule.id == rule_id))
    return rule


def as_csv(rules: Iterable[Rule]) -> str:
    """The rules as a file that `load` reads again."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for rule in rules:
        row = shown(rule)
        texts = (row["county"], row["region"], row["units"])
        writer.writerow([*map(guarded, texts), rule.minimum, guarded(row["note"])])
    return out.getvalue()


def load(session: Session, viewer: Viewer, content: bytes, *, replace: bool, home: Home) -> Loaded:
    """Write all rules of a file, or none when anything in it is wrong.

    A rule of the same place and kinds is changed; others are kept, or removed with `replace`.
    Raises `Forbidden`, or `Invalid` with `problems` ([{row, field, message}]).
    """
    begin(session, viewer)
    places = regions(session)
    given = _rows(content, places, home)
    current = session.scalars(select(CoverRule)).all()
    known = {_key(vars(rule)): rule for rule in current}
    added = changed = 0
    for row in given.values():
        rule = known.get(_key(row))
        if rule is None:
            session.execute(insert(CoverRule).values(row))
            added += 1
        elif (rule.minimum, rule.note) != (row["minimum"], row["note"]):
            session.execute(update(CoverRule).where(CoverRule.id == rule.id).values(row))
            changed += 1
    gone = [rule.id for rule in current if replace and _key(vars(rule)) not in given]
    session.execute(delete(CoverRule).where(CoverRule.id.in_(gone)))
    return Loaded(added, changed, len(gone), len(given) - added - changed)


_Key = tuple[object, object, frozenset[str]]


def _key(row: Mapping[str, object]) -> _Key:
    kinds = row["unit_types"]
    assert isinstance(kinds, list)
    return row["county_fips"], row["region_id"], frozenset(kinds)


def _rows(content: bytes, places: Mapping[str, int], home: Home) -> dict[_Key, dict[str, object]]:
    rows: dict[_Key, dict[str, object]] = {}
    problems: list[dict[str, object]] = []
    for number, cells in _cells(content):
        form = Form(cells)
        row = _read(form, places, home)
        try:
            form.done()
        except Invalid as refusal:
            problems += [{"row": number, **problem} for problem in refusal.details["problems"]]
            continue
        if _key(row) in rows:
            problems.append(
                {"row": number, "field": "units", "message": "Another row says this already."}
            )
        rows[_key(row)] = row
    if problems:
        raise Invalid(
            f"{len(problems)} cells are wrong. Nothing was changed.",
            problems=problems[:_MOST_PROBLEMS],
        )
    return rows


def _cells(content: bytes) -> list[tuple[int, dict[str, str]]]:
    """The rows of a file with their numbers as a spreadsheet shows them."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as problem:
        raise Invalid(
            "The file is not UTF-8 text. Save it as CSV UTF-8 and try again."
        ) from problem
    try:
        lines = list(csv.reader(io.StringIO(text, newline=""), strict=True))
    except csv.Error as problem:
        raise Invalid(f"The file is not a CSV table: {problem}.") from problem
    header = [key(cell) for cell in lines[0]] if lines else []
    lacking = [name for name in ("units", "minimum") if name not in header]
    if lacking or not {"county", "region"} & set(header):
        raise Invalid(f"The first row must name the columns: {', '.join(COLUMNS)}.")
    if len(lines) > _MOST_ROWS:
        raise Invalid(f"The file has more than {_MOST_ROWS:,} rows.")
    return [
        (number, {name: unguarded(cell) for name, cell in zip(header, line, strict=False)})
        for number, line in enumerate(lines[1:], 2)
        if any(cell.strip() for cell in line)
    ]


def _read(form: Form, places: Mapping[str, int], home: Home) -> dict[str, object]:
    """The columns of a rule; problems are noted in the form."""
    county, region = form.raw("county").strip(), form.raw("region").strip()
    if bool(county) == bool(region):
        form.refuse("county", "Name a county or a region, and not both.")
    by_key = {key(name): number for name, number in places.items()}
    region_id = by_key.get(key(region)) if region else None
    if region and region_id is None:
        form.refuse("region", f"{quoted(region)} is not a region. Use scheme: region, as listed.")
    return {
        "county_fips": form.county("county", home),
        "region_id": region_id,
        "unit_types": _kinds(form),
        "minimum": form.whole("minimum", "minimum", 1, _MOST_MINIMUM),
        "note": form.text("note", "note", needed=False) or None,
    }


def _kinds(form: Form) -> list[str]:
    words = [word for word in _DIVIDES.split(form.raw("units").strip()) if word]
    if not words:
        form.refuse("units", "Name the kinds of units, divided by semicolons.")
    try:
        return sorted({kind for word in words for kind in need_words.kinds_of(word)})
    except Invalid as refusal:
        form.refuse("units", refusal.message)
        return []


def _told(rule: CoverRule, scheme: str | None, region: str | None, home: Home) -> Rule:
    county = home.gazetteer.counties.get(rule.county_fips or "")
    return Rule(
        rule.id,
        county.full_name if county else rule.county_fips or "",
        _region(scheme, region) if scheme and region else "",
        tuple(rule.unit_types),
        rule.minimum,
        rule.note or "",
    )


def _region(scheme: str, title: str) -> str:
    return f"{scheme}: {title}"


def _units(kinds: Iterable[str]) -> str:
    known = fields.types("unit")
    return "; ".join(known[kind].title if kind in known else kind for kind in kinds)
