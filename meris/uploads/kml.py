"""KML, as map programs save it: placemarks with names, data and a place."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from xml.sax import SAXException
from xml.sax.handler import ContentHandler
from xml.sax.xmlreader import AttributesImpl

from shapely.errors import ShapelyError
from shapely.geometry import GeometryCollection, LineString, Point, Polygon
from shapely.geometry.base import BaseGeometry

from meris.errors import Refused
from meris.fields.words import clean, clean_lines
from meris.uploads import safe_xml
from meris.uploads.places import Feature, Place, columns_of, point_in, table_of
from meris.uploads.sheet import Sheet

_PIECE = 1 << 16
_KML = re.compile(rb"<(?:\w+:)?kml[\s>]", re.IGNORECASE)
# Members of a placemark that are columns, by the name of their element.
_OWN = ("name", "description", "address", "phoneNumber")
_SHAPES = ("Point", "LineString", "LinearRing")
_LINES = ("br", "p", "div", "tr", "li")


def is_kml(start: bytes) -> bool:
    """Whether a file that begins so is KML."""
    return _KML.search(start) is not None


def open_kml(content: bytes, name: str) -> Sheet:
    """The table of the placemarks of a KML file. Raises `Refused` in plain words.

    Columns are name, description, address and phoneNumber, the extended data, the folder, and
    longitude and latitude.
    """

    def features() -> Iterator[Feature]:
        return _features(content, name)

    return table_of(columns_of(features, name), features, name)


def _features(content: bytes, name: str) -> Iterator[Feature]:
    """Piece by piece, so that only the placemarks of one piece are held."""
    reader = _Placemarks()
    parser = safe_xml.parser_for(reader)
    try:
        for at in range(0, len(content), _PIECE):
            parser.feed(content[at : at + _PIECE])
            yield from reader.taken()
        parser.close()
    except safe_xml.OwnEntities:
        raise Refused(
            f"{name} defines its own XML entities, which MERIS does not read. Save it again from "
            "a map program."
        ) from None
    except (SAXException, ValueError, LookupError) as problem:
        line = getattr(problem, "getLineNumber", lambda: None)()
        where = f" in line {line:,}" if line else ""
        raise Refused(
            f"{name} is damaged{where}. Save it again as KML, or export it as CSV."
        ) from None
    yield from reader.taken()


@dataclass
class _Placemark:
    cells: dict[str, str] = field(default_factory=dict)
    shapes: list[tuple[str, str]] = field(default_factory=list)

    def feature(self, folder: str) -> Feature:
        cells = {name: text for name, text in self.cells.items() if text}
        if folder:
            cells["folder"] = folder
        return Feature(cells, _place(self.shapes))


class _Placemarks(ContentHandler):
    """Collects placemarks while the file goes by."""

    def __init__(self) -> None:
        super().__init__()
        self._path: list[str] = []
        self._folders: list[str] = []
        self._now: _Placemark | None = None
        self._data = ""
        self._text: list[str] | None = None
        self._done: list[Feature] = []

    def taken(self) -> list[Feature]:
        """The placemarks that are complete, each of them once."""
        done, self._done = self._done, []
        return done

    def startElement(self, name: str, attrs: AttributesImpl) -> None:  # noqa: N802  # SAX's name
        local = name.rpartition(":")[2]
        above = self._path[-1] if self._path else ""
        self._path.append(local)
        if local == "Folder":
            self._folders.append("")
        elif local == "Placemark":
            self._now = _Placemark()
        elif local in ("Data", "SimpleData"):
            self._data = clean(attrs.get("name", ""))
        if self._is_text(local, above):
            self._text = []

    def _is_text(self, local: str, above: str) -> bool:
        """Whether the text in an element is one of those that are kept."""
        if above == "Folder":
            return local == "name"
        if self._now is None:
            return False
        return (
            (above == "Placemark" and local in _OWN)
            or (above == "Data" and local == "value")
            or local == "SimpleData"
            or (above in _SHAPES and local == "coordinates")
        )

    def characters(self, content: str) -> None:
        if self._text is not None:
            self._text.append(content)

    def endElement(self, name: str) -> None:  # noqa: ARG002, N802  # SAX's names
        local = self._path.pop()
        if self._text is not None:
            text, self._text = "".join(self._text), None
            self._keep(local, text)
        if local == "Folder":
            self._folders.pop()
        elif local == "Placemark" and self._now:
            folder = next((name for name in reversed(self._folders) if name), "")
            self._done.append(self._now.feature(folder))
            self._now = None

    def _keep(self, local: str, text: str) -> None:
        above = self._path[-1] if self._path else ""
        if above == "Folder":
            self._folders[-1] = clean(text)
        elif self._now is None:
            return
        elif local == "coordinates":
            outer = self._path[-2] if len(self._path) > 1 else ""
            if outer != "innerBoundaryIs":
                self._now.shapes.append((above, text))
        elif above == "Placemark":
            self._now.cells[local] = _plain(text) if local == "description" else clean(text)
        elif self._data:
            self._now.cells[self._data] = clean(text)


def _place(shapes: list[tuple[str, str]]) -> Place | None:
    """The placemark's point as it stands in the file, else a point on its lines and areas."""
    points = [text for kind, text in shapes if kind == "Point"]
    if len(points) == 1:
        longitude, _, rest = points[0].strip().partition(",")
        latitude = rest.partition(",")[0].split()
        return Place(longitude.strip(), latitude[0] if latitude else "")
    made = [shape for kind, text in shapes if (shape := _shape(kind, text))]
    return point_in(GeometryCollection(made) if len(made) != 1 else made[0]) if made else None


def _shape(kind: str, text: str) -> BaseGeometry | None:
    """A shape of coordinates "lon,lat,height lon,lat,height …"; None when they make none."""
    makers = {"Point": Point, "LineString": LineString, "LinearRing": Polygon}
    try:
        pairs = [tuple(map(float, at.split(",")[:2])) for at in text.split()]
        made: BaseGeometry = makers[kind](pairs if kind != "Point" else pairs[0])
    except (ShapelyError, ValueError, TypeError, IndexError):
        return None
    return made


def _plain(text: str) -> str:
    """The words of a description: most programs write it as a piece of a web page."""
    if "<" not in text:
        return clean_lines(text)
    words = _Words()
    words.feed(text)
    words.close()
    return "\n".join(line for line in clean_lines("".join(words.found)).split("\n") if line)


class _Words(HTMLParser):
    """The text of a piece of HTML, its lines kept."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self._hidden = False

    def handle_starttag(
        self,
        tag: str,
        attrs: list[tuple[str, str | None]],  # noqa: ARG002  # the parser gives them
    ) -> None:
        self._hidden = tag in ("style", "script")
        if tag in _LINES:
            self.found.append("\n")
        elif tag == "td":
            self.found.append(" ")

    def handle_endtag(self, tag: str) -> None:  # noqa: ARG002  # the parser gives it
        self._hidden = False

    def handle_data(self, data: str) -> None:
        if not self._hidden:
            self.found.append(data)
