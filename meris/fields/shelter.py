"""Columns of shelters."""

from meris.fields import lists_shelter as lists
from meris.fields.amounts import Integer, Quantity
from meris.fields.contact import Phone
from meris.fields.field import Field, Maker, also
from meris.fields.text_rules import OneOf, Text, YesNo
from meris.fields.times import Date, Moment
from meris.language import N_

_KIND = ("shelter",)
# More than this in one building is a digit too many.
_CAPACITY = Integer(most=20_000, what=N_("people"))
_COUNT = Integer(most=100_000, what=N_("people"))
_field = Maker("shelter", "shelter")


STATUS = Field(
    "status",
    "Status",
    _KIND,
    OneOf(lists.STATUS),
    "resource",
    "status",
    "Closed, Alert (told to be ready), Standby (staffed), Open, Full, Consolidating (people are"
    " moving out), or Retired (never to be used again).",
    example="Open",
    required=True,
    synonyms=also(
        "shelterstatus shelterst shelterstatuscode opstatus operationalstatus currentstatus state§ "
        "openclosed availability"
    ),
    hxl=("#status",),
)

TYPE = Field(
    "shelter_type",
    "Kind of shelter",
    _KIND,
    OneOf(lists.TYPE),
    "resource",
    "identity",
    "What it is for: evacuation, congregate, medical needs, warming, cooling, safe room.",
    example="Short-term congregate shelter",
    synonyms=also("type§ sheltertype subfacilitycode facilitytype§ facilityt§ sheltercode§"),
    hxl=("#loc+type",),
    column="type",
)

CAPACITY = (
    _field(
        "facility_usage",
        "Use",
        OneOf(lists.USAGE),
        "capacity",
        "Before impact, after it, or both.",
        "facilityusagecode facilityu usage usagecode",
        example="Both",
    ),
    _field(
        "evacuation_capacity",
        "Evacuation capacity",
        _CAPACITY,
        "capacity",
        "People for a short stay, at 20 square feet each. Leave it empty when not known.",
        "evaccap evaccapacity evacuation evacuationcap capacity¶ maxcapacity maxocc occupancylimit "
        "capevac",
        example="500",
        unit="people",
        hxl=("#capacity+num", "#capacity"),
    ),
    _field(
        "post_impact_capacity",
        "Post-impact capacity",
        _CAPACITY,
        "capacity",
        "People for more than 72 hours, at 40 square feet each; usually half of the other.",
        "postcap postimpac postimpact postimpactcap postimpactcapacity longtermcapacity "
        "sleepingcapacity beds cotcapacity overnightcapacity",
        example="250",
        unit="people",
    ),
    _field(
        "capacity_phase",
        "Capacity in use",
        OneOf(lists.CAPACITY_PHASE),
        "capacity",
        "Which of both counts now: evacuation or post-impact. Empty: post-impact where it is"
        " known.",
        "capacityinuse phase shelterphase stayphase",
        example="Post-impact",
    ),
)

PEOPLE = (
    _field(
        "population_total",
        "People now",
        _COUNT,
        "people",
        "How many people are there now. Counts only, never names.",
        "population totalpopulation occupancy currentoccupancy headcount census currentpop totpop "
        "count§ clients registered",
        example="120",
        unit="people",
        hxl=("#population", "#reached"),
    ),
    _field(
        "population_general",
        "People, general",
        _COUNT,
        "people",
        "Of these, the general population.",
        "generalpopulation genpop",
        unit="people",
    ),
    _field(
        "population_medical_needs",
        "People with medical needs",
        _COUNT,
        "people",
        "Of these, people with medical needs.",
        "medicalneedspopulation medneeds medpop",
        unit="people",
    ),
    _field(
        "population_other",
        "People, other",
        _COUNT,
        "people",
        "Of these, anybody else, such as staff who sleep there.",
        "otherpopulation",
        unit="people",
    ),
    _field(
        "population_pets",
        "Pets now",
        Integer(most=100_000, what=N_("pets")),
        "people",
        "How many pets are there now.",
        "petpopulation pets§ petcount",
        unit="pets",
    ),
    _field(
        "reporting_period",
        "Which count",
        OneOf(lists.REPORTING_PERIOD),
        "people",
        "The overnight count is the one that days are compared by.",
        "period counttype shift",
        example="Overnight",
    ),
)

ACCESS = (
    _field(
        "ada_compliant",
        "ADA compliant",
        YesNo(),
        "access",
        "Whether it meets the accessibility standard.",
        "ada adacompliance adaaccessible accessible handicapaccessible",
        example="yes",
    ),
    _field(
        "wheelchair_accessible",
        "Wheelchair access",
        YesNo(),
        "access",
        "Whether a wheelchair gets in and around.",
        "wheelchair wheel whlchr wheelchairaccess",
        example="yes",
    ),
    _field(
        "pet_policy",
        "Pets",
        OneOf(lists.PETS),
        "access",
        "No pets, pets in a separate area, or pets with owners. Service animals always come in.",
        "petaccommodationscode petaccommodationsdesc petcode petfriendly petsallowed petsaccepted "
        "acceptspets pets§",
        example="Pets in a separate area",
    ),
    _field(
        "pet_capacity",
        "Pet capacity",
        Integer(most=20_000, what=N_("pets")),
        "access",
        "How many pets can be housed.",
        "petcap petspaces",
        unit="pets",
    ),
)

BUILDING = (
    _field(
        "generator",
        "Generator",
        YesNo(),
        "building",
        "Whether a generator is on site.",
        "generatoronsite gen hasgenerator backupgenerator backuppower emergencypower",
        example="yes",
    ),
    _field(
        "self_sufficient_electricity",
        "Runs off grid",
        YesNo(),
        "building",
        "Whether it can run without the grid.",
        "electric selfsufficientpower offgrid",
    ),
    _field(
        "backup_power_kw",
        "Backup power",
        Quantity(most=100_000, what="kW"),
        "building",
        "Power of the generator.",
        "generatorkw backupkw generatorsize",
        unit="kW",
    ),
    _field("kitchen", "Kitchen", YesNo(), "building", "Whether meals can be cooked.", "haskitchen"),
    _field("showers", "Showers", YesNo(), "building", "Whether there are showers.", "shower"),
    _field(
        "in_100yr_floodplain",
        "In 100-year floodplain",
        YesNo(),
        "building",
        "Whether it lies in the 100-year floodplain.",
        "in100yrfloodplain floodplain100 fld100yr",
    ),
    _field(
        "in_500yr_floodplain",
        "In 500-year floodplain",
        YesNo(),
        "building",
        "Whether it lies in the 500-year floodplain.",
        "in500yrfloodplain floodplain500 fld500yr",
    ),
)

OPENING = (
    _field(
        "opened_at",
        "Opened",
        Moment(),
        "opening",
        "When it opened.",
        "shelteropendate opendate dateopened opened timeopened",
        example="2025-03-14 18:00",
    ),
    _field(
        "closed_at",
        "Closed",
        Moment(),
        "opening",
        "When it closed.",
        "sheltercloseddate shelterclosedate closeddate closedate dateclosed closed",
    ),
    _field(
        "managing_org",
        "Run by",
        Text(200, "organization"),
        "opening",
        "The organization that runs it.",
        "managedby operator operatedby runby shelteroperator",
        example="American Red Cross",
    ),
    _field(
        "manager_role",
        "Manager on duty, role",
        Text(100, "role"),
        "opening",
        "What the person in charge there is. Staff only.",
        "managerrole managertitle inchargerole",
        example="Shelter manager",
        staff_only=True,
    ),
    _field(
        "manager_name",
        "Manager on duty",
        Text(200, "name"),
        "opening",
        "Who is in charge there now. Staff only.",
        "managerondutyname managername managerincharge siteincharge inchargename",
        example="Rita Alvarez",
        staff_only=True,
    ),
    _field(
        "manager_phone",
        "Manager's phone",
        Phone(),
        "opening",
        "Where to reach whoever is in charge there. Staff only.",
        "managerphone managercell managertelephone sheltermanagerphone",
        example="(573) 555-0142",
        staff_only=True,
    ),
    _field(
        "inspected_on",
        "Inspected",
        Date(),
        "opening",
        "When the building was last surveyed.",
        "inspected inspection inspectiondate lastinspected surveyed surveydate lastsurvey",
        example="2025-01-20",
    ),
    _field(
        "agreement",
        "Agreement",
        Text(200, "agreement"),
        "opening",
        "The agreement under which the building is used.",
        "mou agreementstatus",
    ),
    _field(
        "agreement_on",
        "Agreement signed",
        Date(),
        "opening",
        "When the agreement was signed.",
        "agreementdate agreementsigned moudate mousigned",
        example="2024-06-01",
    ),
    _field(
        "agreement_until",
        "Agreement ends",
        Date(future=True),
        "opening",
        "The last day of the agreement.",
        "agreementends agreementend agreementexpires agreementexpiry mouexpires mouends",
        example="2027-05-31",
    ),
    _field(
        "restored_on",
        "Restored",
        Date(),
        "opening",
        "When the building was given back as it was found.",
        "restored restoredate restoration handedback demobilizedon demobdate",
        example="2025-03-22",
    ),
    _field(
        "hours_open",
        "Opens at",
        Text(100, "hours"),
        "opening",
        "Hours, in words, for places that close at night.",
        "openinghours hours hoursofoperation opentime",
    ),
    _field(
        "hours_close",
        "Closes at",
        Text(100, "hours"),
        "opening",
        "Hours, in words, for places that close at night.",
        "closinghours closetime",
    ),
)

SHELTER = (*CAPACITY, *PEOPLE, *ACCESS, *BUILDING, *OPENING)
