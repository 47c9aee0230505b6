"""JSON schemas and typed row models, made from the catalogue."""

from functools import cache, partial
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema, create_model

from meris.errors import Invalid
from meris.fields import catalogue
from meris.fields.field import Field as CatalogueField
from meris.fields.home import Home


def json_schema(kind: str) -> dict[str, Any]:
    """The JSON schema of one row of a kind. Every field may be null: unknown is an answer."""
    columns = catalogue.of(kind)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": kind.replace("_", " "),
        "type": "object",
        "additionalProperties": False,
        "required": [column.name for column in columns if column.required],
        "properties": {column.name: property_schema(column) for column in columns},
    }


def property_schema(column: CatalogueField) -> dict[str, Any]:
    """The schema of one field, with its title, help and example."""
    known = column.rule.schema()
    described: dict[str, Any] = {"title": column.title, "description": column.help}
    if column.unit:
        described["x-unit"] = column.unit
    if column.required:
        return known | described
    return {"anyOf": [known, {"type": "null"}]} | described


@cache
def row_model(
    kind: str, home: Home | None = None, *, partial_rows: bool = False
) -> type[BaseModel]:
    """A pydantic model whose fields are read by the catalogue's rules.

    Cells may be text or JSON values. `partial_rows` asks for no field at all, as a PATCH does;
    `model_fields_set` then tells what was sent. A refused cell is a `ValidationError` whose
    `ctx["error"]` is the rule's own words.
    """
    columns = {
        column.name: _typed(column, home or Home.of(), partial_rows)
        for column in catalogue.of(kind)
    }
    config = ConfigDict(extra="forbid", frozen=True)
    name = f"{kind.title().replace('_', '')}Row"
    return create_model(name, __config__=config, **columns)  # type: ignore[call-overload,no-any-return]


def _typed(column: CatalogueField, home: Home, partial_rows: bool) -> tuple[Any, Any]:
    read = partial(_read, column, home)
    annotated = Annotated[Any, BeforeValidator(read), WithJsonSchema(property_schema(column))]
    if column.required and not partial_rows:
        return annotated, Field(title=column.title)
    return annotated, Field(default=None, title=column.title)


def _read(column: CatalogueField, home: Home, raw: object) -> Any:
    """Read one cell; pydantic wants a `ValueError`, so the refusal travels inside one."""
    try:
        value = column.rule.judge(raw, home).value
    except Invalid as refusal:
        raise ValueError(refusal.message) from refusal
    if value is None and column.required:
        raise ValueError(f"{column.title} is empty. Fill it in.")
    return value
