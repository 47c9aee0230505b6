"""Code lists of incidents, assignments and areas (domain §1.3, §4.2)."""

from meris.fields.codes import Choice, codes

#: FEMA's four priorities (RRF); stored as 1 to 4, 1 the most urgent.
PRIORITY = codes(
    "priority",
    Choice("1", "Lifesaving", ("emergency", "p1", "urgent"), "1"),
    Choice("2", "Life sustaining", ("p2",), "2"),
    Choice("3", "High", ("p3",), "3"),
    Choice("4", "Normal", ("p4", "routine", "low"), "4"),
)

INCIDENT_STATUS = codes(
    "incident status",
    Choice("new", "New", ("received", "pending", "waiting"), "N"),
    Choice("active", "Active", ("open", "working"), "A"),
    Choice("controlled", "Under control", ("contained", "controlled"), "C"),
    Choice("closed", "Closed", ("done", "ended", "complete"), "–"),
)

CLOSE_REASON = codes(
    "reason",
    Choice("completed", "Completed", ("done", "finished")),
    Choice("false_alarm", "False alarm", ("unfounded", "good intent")),
    Choice("duplicate", "Duplicate of another incident", ("double",)),
    Choice("transferred", "Handed over to another agency", ("handed over",)),
    Choice("cancelled", "Cancelled by the caller", ("called off",)),
    Choice("other", "Other"),
)

#: What came of a unit at an incident. `ics` is the ICS status that the unit has by it.
ASSIGNMENT_STATUS = codes(
    "assignment status",
    Choice("reserved", "Reserved", ("held", "hold", "booked"), "V"),
    Choice("dispatched", "Dispatched", ("sent",), "D", "assigned"),
    Choice("acknowledged", "Acknowledged", ("ack", "copied"), "K", "assigned"),
    Choice("en_route", "En route", ("enroute", "responding"), "E", "assigned"),
    Choice("on_scene", "On scene", ("onscene", "arrived"), "O", "assigned"),
    Choice("transporting", "Transporting", ("transport",), "T", "assigned"),
    Choice("at_destination", "At destination", ("at hospital", "hospital"), "H", "assigned"),
    Choice("released", "Released", ("clear", "cleared", "available"), "–"),
    Choice("cancelled", "Cancelled", ("called off", "cancel"), "–"),
)

AREA_KIND = codes(
    "kind of area",
    Choice("hazard", "Hazard", ("danger", "flooded", "damage"), "H"),
    Choice("evacuation", "Evacuation", ("evacuate",), "E"),
    Choice("exclusion", "Exclusion", ("keep out", "no entry", "perimeter"), "X"),
    Choice("closure", "Closure", ("road closure", "closed"), "C"),
    Choice("staging", "Staging", ("staging area",), "S"),
)
#: Inside these a resource is in danger, and flagged wherever it appears.
DANGEROUS_AREAS = ("hazard", "evacuation", "exclusion")

LOG_KIND = codes(
    "kind of entry",
    Choice("note", "Note"),
    Choice("status", "Status"),
    Choice("assignment", "Assignment"),
    Choice("change", "Change"),
    Choice("check_in", "Check-in"),
    Choice("correction", "Correction"),
)
