"""Words that the JSON schemas of the API are written in."""

from typing import Any

ANY: dict[str, Any] = {}
TEXT = {"type": "string"}
MAYBE_TEXT = {"type": ["string", "null"]}
NUMBER = {"type": "integer"}
MAYBE_NUMBER = {"type": ["integer", "null"]}
EPOCH = {"type": "integer", "description": "seconds since 1970"}
MAYBE_EPOCH = {"type": ["integer", "null"], "description": "seconds since 1970"}
MAYBE_DEGREES = {"type": ["number", "null"], "description": "decimal degrees, WGS 84"}


def object_of(**properties: dict[str, Any]) -> dict[str, Any]:
    """An object that has all of these members."""
    return {"type": "object", "properties": properties, "required": list(properties)}


def list_of(items: dict[str, Any]) -> dict[str, Any]:
    """An array of such items."""
    return {"type": "array", "items": items}


def ref(name: str) -> dict[str, Any]:
    """Another schema of the API by its name."""
    return {"$ref": f"#/components/schemas/{name}"}
