"""Several modules as one file: the same behavior, and a refusal of what is not understood."""

import json
import subprocess
from pathlib import Path

import pytest

from meris.web.assets import shipped
from meris.web.bundle import bundled


def write(folder: Path, **files: str) -> Path:
    for name, text in files.items():
        (folder / f"{name}.js").write_text(text)
    return folder / "main.js"


def run(folder: Path, code: str) -> object:
    """What the module prints, as node runs it."""
    file = folder / "out.mjs"
    file.write_text(code)
    found = subprocess.run(["node", str(file)], capture_output=True, check=True, text=True)
    return json.loads(found.stdout)


def test_parts_keep_their_scopes_and_are_made_once(tmp_path: Path):
    main = write(
        tmp_path,
        main="// what it does\n"
        "import { grow, LIMIT as most } from './left.js';\n"
        "import * as right from './right.js';\n"
        "const hidden = 3;\n"
        "const all = [grow(), right.grow(), most, hidden, new right.Thing().size];\n"
        "console.log(JSON.stringify(all));\n",
        left="import { next } from './count.js';\n"
        "const hidden = 1;\nexport const LIMIT = 7;\n"
        "export function grow() { return hidden + next(); }\n",
        right="import { next } from './count.js';\n"
        "const hidden = 2;\nexport async function other() {}\n"
        "export class Thing { size = 9; }\nexport const grow = () => hidden + next();\n",
        count="/**\n * Counts.\n */\nlet number = 10;\n"
        "export function next() { number += 10; return number; }\n",
    )
    code = bundled(main)
    assert run(tmp_path, code) == [21, 32, 7, 3, 9]
    assert "Counts" not in code


@pytest.mark.parametrize(
    "line",
    [
        "export default 3;",
        "export let size = 1;",
        "export { size };",
        "import size from 'elsewhere';",
    ],
)
def test_what_it_does_not_understand_is_refused(tmp_path: Path, line: str):
    with pytest.raises(ValueError, match=r"main\.js cannot be bundled"):
        bundled(write(tmp_path, main=f"const size = 1;\n{line}\n"))


def test_the_phones_entry_script_imports_nothing_that_is_not_in_it(tmp_path: Path):
    code = bundled(shipped("static") / "js/phone/app.js")
    assert "\nimport {" not in code
    (tmp_path / "app.mjs").write_text(code)
    subprocess.run(["node", "--check", str(tmp_path / "app.mjs")], check=True)
