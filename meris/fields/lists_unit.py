"""Code lists of responder units: statuses (with their ICS meaning), kinds, disciplines."""

from meris.fields.codes import Choice, codes

AVAILABLE, ASSIGNED, OUT_OF_SERVICE = "available", "assigned", "out_of_service"

ICS_STATUS = codes(
    "ICS status",
    Choice(AVAILABLE, "Available"),
    Choice(ASSIGNED, "Assigned"),
    Choice(OUT_OF_SERVICE, "Out of service"),
)

STATUS = codes(
    "status",
    Choice(
        "available",
        "Available",
        ("avail", "in service", "ready", "green", "10-8", "in quarters", "clear", "inservice"),
        "A",
        AVAILABLE,
    ),
    Choice("staged", "Staged", ("staging", "in staging", "standby", "stand by"), "S", AVAILABLE),
    Choice("dispatched", "Dispatched", ("assigned", "committed", "busy"), "D", ASSIGNED),
    Choice("en_route", "En route", ("enroute", "responding", "10-76"), "E", ASSIGNED),
    Choice("on_scene", "On scene", ("onscene", "arrived", "working", "10-23"), "O", ASSIGNED),
    Choice("transporting", "Transporting", ("transport",), "T", ASSIGNED),
    Choice(
        "at_destination",
        "At destination",
        ("at hospital", "hospital", "at hospital / destination"),
        "H",
        ASSIGNED,
    ),
    Choice(
        "returning",
        "Returning",
        ("demobilizing", "returning / demobilizing", "demob", "returning to quarters"),
        "R",
        ASSIGNED,
    ),
    Choice(
        "out_of_service",
        "Out of service",
        ("oos", "o/s", "o/s mech", "o/s pers", "o/s rest", "down", "maintenance", "10-7", "repair"),
        "X",
        OUT_OF_SERVICE,
    ),
    # No position is shown or kept while a unit is off duty.
    Choice("off_duty", "Off duty", ("offduty", "not on duty"), "–", OUT_OF_SERVICE),
    usual=("available", "out_of_service", "off_duty"),
)

OUT_REASON = codes(
    "reason",
    Choice("mechanical", "Mechanical", ("mech", "o/s mech", "repair")),
    Choice("personnel", "Personnel", ("pers", "o/s pers", "no crew", "unstaffed")),
    Choice("rest", "Rest", ("o/s rest", "rest period")),
    Choice("other", "Other"),
)

TYPE = codes(
    "kind of unit",
    Choice("engine", "Engine", ("pumper", "fire engine", "eng", "quint", "fire truck"), "E"),
    Choice("ladder", "Ladder truck", ("truck", "aerial", "tower", "ladder", "platform"), "L"),
    Choice("rescue", "Rescue", ("heavy rescue", "rescue truck", "squad", "extrication"), "R"),
    Choice("tanker", "Tanker", ("tender", "water tender", "tanker (tender)"), "T"),
    Choice("brush", "Brush truck", ("wildland", "grass", "brush engine", "type 6"), "B"),
    Choice(
        "ambulance_als",
        "Ambulance, ALS",
        ("als", "als ambulance", "medic", "paramedic", "micu", "advanced life support"),
        "M",
    ),
    Choice(
        "ambulance_bls",
        "Ambulance, BLS",
        ("bls", "bls ambulance", "ambulance", "basic life support", "emt"),
        "A",
    ),
    Choice(
        "patrol", "Patrol", ("police", "law", "deputy", "trooper", "patrol car", "cruiser"), "P"
    ),
    Choice("sar_team", "Search and rescue team", ("sar", "search", "usar", "k9", "canine"), "S"),
    Choice("hazmat", "Hazmat team", ("haz mat", "hazardous materials", "decon"), "H"),
    Choice("command", "Command", ("command post", "chief", "command vehicle", "battalion"), "C"),
    Choice("boat", "Boat", ("water rescue", "swift water", "swiftwater", "airboat", "marine"), "W"),
    Choice("helicopter", "Helicopter", ("helo", "air", "medevac", "life flight", "aircraft"), "F"),
    Choice("drone_team", "Drone team", ("drone", "uas", "suas", "uav"), "D"),
    Choice("utility_crew", "Utility crew", ("utility", "line crew", "bucket truck", "power"), "U"),
    Choice(
        "public_works_truck",
        "Public works truck",
        ("public works", "dump truck", "plow", "loader", "road and bridge", "dozer"),
        "K",
    ),
    Choice("bus", "Bus", ("school bus", "coach", "transit", "evacuation bus"), "V"),
    Choice("medical_team", "Medical team", ("dmat", "strike medical", "medical", "mrc"), "+"),
    Choice("shelter_team", "Shelter team", ("shelter management team", "shelter crew"), "N"),
    Choice(
        "mass_care_vehicle",
        "Mass-care vehicle",
        ("erv", "emergency response vehicle", "canteen", "feeding", "mobile kitchen"),
        "Q",
    ),
    Choice("other", "Other", ("misc", "miscellaneous", "support"), "•"),
)

DISCIPLINE = codes(
    "discipline",
    Choice("fire", "Fire", ("fire service", "fire rescue", "fd")),
    Choice("ems", "EMS", ("emergency medical services", "ambulance", "medical")),
    Choice("law", "Law enforcement", ("police", "law", "sheriff", "le", "pd")),
    Choice("em", "Emergency management", ("ema", "oem", "emergency mgmt")),
    Choice("public_works", "Public works", ("pw", "road and bridge", "highway")),
    Choice("public_health", "Public health", ("health", "ph", "health department")),
    Choice("sar", "Search and rescue", ("search & rescue", "rescue")),
    Choice("ngo", "Volunteer organization", ("voad", "red cross", "nonprofit", "volunteer")),
    Choice("utility", "Utility", ("utilities", "power", "electric", "water")),
    Choice("other", "Other", ("misc",)),
)

# EDXL and RTLT word for what a resource is.
RESOURCE_KIND = codes(
    "resource kind",
    Choice("team", "Team", ("teams",)),
    Choice("equipment", "Equipment", ("equip", "vehicle", "apparatus")),
    Choice("unit", "Unit", ("units",)),
    Choice("personnel", "Personnel", ("person", "people", "staff", "overhead")),
    Choice("crew", "Crew", ("crews", "hand crew")),
)
