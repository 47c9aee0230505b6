"""`python -m meris.commands` writes docs/commands.md anew."""

from pathlib import Path

from meris.commands import docs_page

if __name__ == "__main__":
    (Path(__file__).parents[2] / "docs" / "commands.md").write_text(docs_page(), "utf-8")
