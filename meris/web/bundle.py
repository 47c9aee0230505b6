"""One file of several modules, for a line where each answer costs half a second.

The phone's entry script imports a dozen small modules. Browsers fetch six at a time, which at
400 ms a round took three rounds before a button worked; as one file they come in one. Nothing else
is bundled, and no other file changes: what is loaded later imports the modules by themselves.

Only the house's own style is understood (`tests/rules/test_assets.py` holds the modules to it):
imports and exports stand at the start of a line, by name, and nothing that is exported is
assigned to later.
"""

import re
from pathlib import Path

_IMPORT = re.compile(r"^import (?P<what>[^;']+?) from '(?P<where>\.[^']+)';\n", re.MULTILINE)
_EXPORT = re.compile(
    r"^export (?=(?:async function|function|class|const) (?P<name>[\w$]+))", re.MULTILINE
)
_NOT_UNDERSTOOD = re.compile(r"^(?:import\b(?!\()|export\b).*", re.MULTILINE)
#: Whole lines of comment, which nobody reads on a phone.
_COMMENT = re.compile(r"^[ \t]*(?://[^\n]*|/\*\*.*?\*/)\n", re.MULTILINE | re.DOTALL)


def bundled(entry: Path) -> str:
    """The entry module with everything that it imports statically, each part in its own scope.

    Raises `ValueError` for a module that is written otherwise.
    """
    names: dict[Path, str] = {}
    parts: list[str] = []
    main = _part(entry.resolve(), names, parts)
    return "".join([*parts, main])


def _part(file: Path, names: dict[Path, str], parts: list[str]) -> str:
    """The module's own code, with those that it needs put into `parts` before it."""
    text = _COMMENT.sub("", file.read_text())

    def needed(match: re.Match[str]) -> str:
        other = (file.parent / match["where"]).resolve()
        if other not in names:
            code = _part(other, names, parts)
            names[other] = f"part{len(names)}"
            parts.append(_scoped(names[other], code))
        return f"const {_binding(match['what'])} = {names[other]};\n"

    code = _IMPORT.sub(needed, text)
    left = _NOT_UNDERSTOOD.search(_EXPORT.sub("", code))
    if left:
        raise ValueError(f"{file.name} cannot be bundled: {left[0]}")
    return code


def _binding(what: str) -> str:
    """What `import … from` names, as it stands on the left of an assignment."""
    if what.startswith("* as "):
        return what.removeprefix("* as ")
    return what.replace(" as ", ": ")


def _scoped(name: str, code: str) -> str:
    exports = ", ".join(match["name"] for match in _EXPORT.finditer(code))
    return f"const {name} = (() => {{\n{_EXPORT.sub('', code)}return {{ {exports} }};\n}})();\n"
