"""Statements too big to be an expression, each under a name in a readable file beside this one."""

import re
from functools import cache
from pathlib import Path

from sqlalchemy import TextClause, text

_NAME = re.compile(r"^-- name: (\w+)$", re.MULTILINE)


@cache
def named(file: str, name: str) -> TextClause:
    """The statement `-- name: NAME` of `meris/sql/FILE.sql`, with `:parameters` to bind."""
    parts = _NAME.split((Path(__file__).parent / f"{file}.sql").read_text())
    return text(dict(zip(parts[1::2], parts[2::2], strict=True))[name].strip())
