"""What an agency has, as a file that can be sent back: CSV, Excel or GeoJSON.

    asked = exports.Asked("shelter", agency_id=7)
    with database.reading() as session:
        rows = exports.write(session, viewer, asked, "csv", file, home)

Sent back unchanged, such a file changes nothing; made twice, it is the same byte for byte.
"""

from meris.exports.columns import Column, columns
from meris.exports.counts import Held, held
from meris.exports.files import FORMATS, Format, write
from meris.exports.rows import Asked, whose

__all__ = ["FORMATS", "Asked", "Column", "Format", "Held", "columns", "held", "whose", "write"]
