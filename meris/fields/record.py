"""Columns that MERIS writes into its exports, to know its own records again in a file.

They stand in files only: nothing is kept in a column of these names but what the record has anyway.
"""

from meris.fields import lists_common
from meris.fields.amounts import Integer
from meris.fields.codes import Choice, codes
from meris.fields.common import EVERY
from meris.fields.field import Field, also
from meris.fields.text_rules import OneOf, Words

#: Says that a record is on no map, and shall not be put there by its ZIP code or town.
UNPLACED = "unplaced"
_PLACED = codes(
    lists_common.POSITION_SOURCE.noun,
    *lists_common.POSITION_SOURCE,
    Choice(UNPLACED, "Not placed", ("not on the map",)),
)

RECORD = (
    Field(
        "meris_id",
        "MERIS number",
        EVERY,
        Integer(least=1, most=2**62, noun="record number"),
        None,
        "record",
        "The record's number in MERIS, as exports have it. Leave it as it is; leave it empty in "
        "new rows.",
        synonyms=also("merisnumber merisrecord"),
    ),
    Field(
        "position_source",
        "How it was placed",
        EVERY,
        OneOf(_PLACED),
        None,
        "record",
        "How the place is known, as exports have it. A row that is not placed stays off the map "
        "until it has coordinates or this cell is emptied.",
        synonyms=also("placedby locationmethod"),
        spares_row=True,
    ),
    Field(
        "position_radius_m",
        "Known within",
        EVERY,
        Integer(least=1, most=500_000, what="meters"),
        None,
        "record",
        "The place is only known to this many meters: it is shown as approximate.",
        unit="meters",
        synonyms=also("positionradius radiusm radiusmeters accuracym locationaccuracy"),
        spares_row=True,
    ),
    Field(
        "danger",
        "In danger from",
        EVERY,
        Words(longest=300, most=200),
        None,
        "record",
        "Hazard, evacuation and exclusion areas in force that it lay in when the file was written. "
        "MERIS looks again for itself and does not read this.",
        synonyms=also("dangers hazardarea hazardareas"),
        spares_row=True,
    ),
)
