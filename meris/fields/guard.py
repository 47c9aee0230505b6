"""The apostrophe that keeps a spreadsheet from taking a text for a formula (ASVS 1.2.10).

`unguarded(guarded(text)) == text` for every text, so that what MERIS writes it reads again.
"""

import re

_FORMULA = re.compile(r"'*[=+\-@\t\r\n\0|%]")
_GUARDED = re.compile(r"'+[=+\-@\t\r\n\0|%]")


def guarded(text: str) -> str:
    """The text as it may stand in a cell of a CSV file or a workbook. Not for numbers."""
    return f"'{text}" if _FORMULA.match(text) else text


def unguarded(cell: str) -> str:
    """The text that a cell stands for."""
    return cell[1:] if cell[:1] == "'" and _GUARDED.match(cell) else cell


def ambiguous(text: str) -> bool:
    """Whether reading would take something off the text, though nobody guarded it."""
    return _GUARDED.match(text) is not None
