"""XML from strangers: read piece by piece, and without a document type of its own.

Entities that unpack to gigabytes, or that fetch other files, need a document type declaration;
no map program or spreadsheet writes one.
"""

from typing import Any
from xml.sax.expatreader import ExpatParser
from xml.sax.handler import ContentHandler


class OwnEntities(ValueError):  # noqa: N818  # a noun, as all of ours
    """The file declares a document type."""


class _Parser(ExpatParser):
    def reset(self) -> None:
        super().reset()
        # the parser of the standard library makes its expat parser here, and keeps it private
        expat: Any = self._parser  # type: ignore[attr-defined]
        expat.StartDoctypeDeclHandler = _refuse


def _refuse(*_: object) -> None:
    raise OwnEntities("a document type declaration")


def parser_for(handler: ContentHandler) -> ExpatParser:
    """A parser to feed; its `feed` and `close` raise `OwnEntities` or `SAXException`."""
    parser = _Parser()
    parser.setContentHandler(handler)
    return parser
