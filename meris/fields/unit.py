"""Columns of units (responders): a vehicle, team or crew with one status and one position."""

from meris.fields import lists_unit as lists
from meris.fields.amounts import Integer, TypeLevel
from meris.fields.field import Field, Maker, also
from meris.fields.rtlt import RtltId
from meris.fields.text_rules import OneOf, Text, Words
from meris.fields.times import Moment

_KIND = ("unit",)
_field = Maker("unit", "unit")

IDENTITY = (
    _field(
        "unit_id",
        "Unit ID",
        Text(60, "unit ID"),
        "identity",
        "The number painted on it. Either this or the call sign is needed.",
        "unit§ unitno unitnumber apparatus vehicle vehicleid asset truck rig",
        example="E12",
    ),
    _field(
        "call_sign",
        "Call sign",
        Text(60, "call sign"),
        "identity",
        "What the radio calls it.",
        "callsign radioid radiocallsign identifier",
        example="Lincoln Engine 12",
    ),
)

TYPE = Field(
    "unit_type",
    "Kind of unit",
    _KIND,
    OneOf(lists.TYPE),
    "resource",
    "identity",
    "Engine, ladder, ambulance, patrol, search team, and so on.",
    example="Engine",
    required=True,
    synonyms=also(
        "type§ resourcetype apparatustype vehicletype category§ class§ unittype kindofunit"
    ),
    hxl=("#loc+type",),
    column="type",
)

STATUS = Field(
    "status",
    "Status",
    _KIND,
    OneOf(lists.STATUS),
    "resource",
    "status",
    "Available, Dispatched, En route, On scene, Out of service, and so on.",
    example="Available",
    required=True,
    synonyms=also(
        "unitstatus opstatus operationalstatus currentstatus state§ availability available§"
    ),
    hxl=("#status",),
)

STATUS_AT = Field(
    "status_at",
    "Status since",
    _KIND,
    Moment(),
    "resource",
    "status",
    "When the status was set. An older status never replaces a newer one.",
    example="2025-03-15 14:30",
    synonyms=also("statustime statusdate statussince laststatus"),
)

POSITION_AT = Field(
    "position_at",
    "Position as of",
    _KIND,
    Moment(),
    "resource",
    "place",
    "When the position was true.",
    synonyms=also("positiontime gpstime fixtime lastposition"),
)

TYPING = (
    _field(
        "kind",
        "Resource kind",
        OneOf(lists.RESOURCE_KIND),
        "typing",
        "Team, equipment, unit, crew or personnel, as NIMS uses the word.",
        "resourcekind nimskind",
        example="Equipment",
        column="nims_kind",
    ),
    _field(
        "rtlt_id",
        "RTLT ID",
        RtltId(),
        "typing",
        "Number in FEMA's Resource Typing Library Tool.",
        "rtlt rtltnumber femaresourceid",
    ),
    _field(
        "type_level",
        "NIMS type",
        TypeLevel(),
        "typing",
        "1 is the most capable. Leave it empty when untyped.",
        "nimstype icstype level resourcetypelevel typing",
        example="1",
    ),
    _field(
        "discipline",
        "Discipline",
        OneOf(lists.DISCIPLINE),
        "typing",
        "Fire, EMS, law enforcement, public works, and so on.",
        "service branch§ function esf",
        example="Fire",
    ),
)

CREW = (
    _field(
        "personnel_count",
        "People aboard",
        Integer(most=10_000, what="people"),
        "crew",
        "How many people it comes with.",
        "personnel staffing crew crewsize numberofpersonnel people staff",
        example="4",
        unit="people",
    ),
    _field(
        "leader_name",
        "Leader",
        Text(120, "name"),
        "crew",
        "Who leads it. Seen by staff only.",
        "leader officer captain supervisor teamleader",
        staff_only=True,
    ),
    _field(
        "radio_channel",
        "Radio channel",
        Text(60, "channel"),
        "crew",
        "Channel or talkgroup.",
        "channel talkgroup tac frequency radio",
        example="MTAC-2",
    ),
    _field(
        "home_base",
        "Home base",
        Text(200, "base"),
        "crew",
        "Station or quarters it belongs to.",
        "station homeunit base quarters homestation facility facilityname site location§",
        example="Station 12",
    ),
    _field(
        "capabilities",
        "Capabilities",
        Words(),
        "crew",
        "What it can do, divided by semicolons.",
        "capability skills certifications equipment quals",
        example="extrication; swift water",
    ),
)

DUTY = (
    _field(
        "available_from",
        "Available from",
        Moment(future=True),
        "duty",
        "When it may be used from.",
        "availfrom shiftstart onduty",
    ),
    _field(
        "available_until",
        "Available until",
        Moment(future=True),
        "duty",
        "When it has to be released.",
        "availuntil availto shiftend offduty§",
    ),
)

UNIT = (*TYPING, *CREW, *DUTY)
