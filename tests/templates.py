"""Templates are compiled once a run, and not by every application and every server of it."""

from pathlib import Path

from flask import Flask
from jinja2 import FileSystemBytecodeCache


def keep_templates(home: Path) -> None:
    """Every application that this process makes from here on keeps what it compiled in `home`.

    It is found again by a template's name and what stands in it.
    """
    folder = home / "templates"
    folder.mkdir(parents=True, exist_ok=True)
    kept = FileSystemBytecodeCache(str(folder))
    Flask.jinja_options = {**Flask.jinja_options, "bytecode_cache": kept}
