"""Descriptions of forms: what a page needs to draw the control of each field."""

from typing import Any

from meris.fields.catalogue import of
from meris.fields.codes import CodeList
from meris.fields.field import Field
from meris.fields.text_rules import OneOf

SECTIONS: dict[str, str] = {
    "identity": "What it is",
    "status": "Status",
    "capacity": "Capacity",
    "people": "People",
    "stock": "Stock",
    "typing": "Typing",
    "crew": "Crew",
    "duty": "Duty",
    "access": "Access",
    "building": "Building",
    "opening": "Opening",
    "distribution": "Point of distribution",
    "place": "Place",
    "contact": "Contact",
    "about": "About this record",
    "record": "Written by MERIS itself",
}


def choices_of(column: Field) -> list[dict[str, str]] | None:
    """The choices of a code-list field as a page draws them; None for any other field."""
    return code_list(column.rule.codes) if isinstance(column.rule, OneOf) else None


def code_list(codes: CodeList) -> list[dict[str, str]]:
    """A code list for JSON: code, title, glyph and, for units, the ICS status."""
    return [
        {"code": c.code, "title": c.title, "glyph": c.glyph} | ({"ics": c.ics} if c.ics else {})
        for c in codes
    ]


def form(kind: str) -> list[dict[str, Any]]:
    """The controls of a kind's form, in order. Fields only read from files are left out."""
    return [control(column) for column in of(kind) if column.table]


def control(column: Field) -> dict[str, Any]:
    """One control: its widget and what to write beside it."""
    return {
        "name": column.name,
        "title": column.title,
        "section": column.section,
        "widget": column.rule.widget,
        "choices": choices_of(column),
        "required": column.required,
        "unit": column.unit,
        "help": column.help,
        "example": column.example,
        "staff_only": column.staff_only,
    }
