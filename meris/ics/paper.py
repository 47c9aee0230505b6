"""A page of HTML to PDF: `python -m meris.ics.paper < page.html > page.pdf`.

Runs in a process of its own (see `press`): making a page keeps Python busy for a second or more,
and the web process has consoles to answer. Nothing is fetched, whatever the page names.
"""

import sys
from typing import Any, NoReturn

from weasyprint import HTML
from weasyprint.urls import URLFetcher


class Nothing(URLFetcher):  # type: ignore[misc]  # its package is without types
    """In place of fetching: a record is whole without anything from elsewhere."""

    def fetch(self, url: str, *_: Any, **__: Any) -> NoReturn:
        """Refuse; what the page names is left out."""
        raise ValueError(f"nothing is fetched: {url[:80]}")


def main() -> None:
    """Read the page, write the document: PDF/UA, which screen readers can follow."""
    page = sys.stdin.buffer.read().decode()
    document = HTML(string=page, url_fetcher=Nothing())
    sys.stdout.buffer.write(document.write_pdf(pdf_variant="pdf/ua-1") or b"")


if __name__ == "__main__":
    main()
