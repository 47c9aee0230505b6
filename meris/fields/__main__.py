"""`python -m meris.fields` writes `docs/fields.md` anew, from the top of the repository."""

from pathlib import Path

from meris.fields.docs import page

if __name__ == "__main__":
    Path("docs/fields.md").write_text(page(), encoding="utf-8")
