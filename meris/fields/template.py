"""The CSV templates: headers, HXL tags and one example row for each kind of file."""

import csv
import io

from meris.fields.catalogue import of
from meris.fields.field import Field
from meris.fields.record import RECORD

# A template that offers the same thing in two ways is filled in twice.
_LEFT_OUT = frozenset({"coordinates", "northing", "easting", "usng", "county_fips"})


def template_fields(kind: str) -> tuple[Field, ...]:
    """The columns of a template, in order."""
    return tuple(field for field in of(kind) if field not in RECORD and field.name not in _LEFT_OUT)


def template_csv(kind: str) -> str:
    """A file to fill in: header row, HXL tag row, example row. CRLF lines; add a BOM for Excel."""
    columns = template_fields(kind)
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow([column.name for column in columns])
    writer.writerow([column.hxl[0] if column.hxl else "" for column in columns])
    writer.writerow([column.example for column in columns])
    return out.getvalue()
