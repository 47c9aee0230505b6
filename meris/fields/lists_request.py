"""Code lists of requests for resources: how urgent, and how far each line has come (domain §4)."""

from meris.fields.codes import Choice, codes

#: Of the FEMA resource request form, the most urgent first; the others are read as these.
REQUEST_PRIORITY = codes(
    "priority",
    Choice("lifesaving", "Lifesaving", ("life saving", "1"), "1"),
    Choice("life_sustaining", "Life sustaining", ("2",), "2"),
    Choice("high", "High", ("urgent", "3"), "3"),
    Choice("normal", "Normal", ("routine", "low", "medium", "4"), "4"),
)

LINE_STATUS = codes(
    "status",
    Choice("draft", "Draft"),
    Choice("submitted", "Submitted", ("requested",)),
    Choice("approved", "Approved"),
    Choice("denied", "Denied"),
    Choice("sourcing", "Sourcing"),
    Choice("sourced", "Sourced"),
    Choice("assigned", "Committed", ("assigned",)),
    Choice("en_route", "On the way", ("in transit", "mobilized")),
    Choice("on_scene", "Delivered", ("arrived", "on scene")),
    Choice("demobilizing", "Returning", ("demobilizing",)),
    Choice("closed", "Closed"),
    Choice("cancelled", "Cancelled", ("canceled",)),
)

#: Who is asked (domain §4.4): the county itself and its neighbors, the region, the whole state.
REQUEST_LEVEL = codes(
    "level",
    Choice("county", "County", ("local",), "C"),
    Choice("region", "Region", ("regional coordinator",), "R"),
    Choice("state", "State", ("seoc", "state eoc"), "S"),
)
#: Other systems that have the same request; their numbers are never read (domain §4.4).
OUTSIDE_SYSTEM = codes(
    "system",
    Choice("webeoc", "WebEOC"),
    Choice("emac", "EMAC"),
    Choice("fema_rrf", "FEMA RRF", ("rrf",)),
    Choice("cad", "CAD"),
    Choice("other", "Other"),
)
