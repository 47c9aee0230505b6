"""Code lists of supply sites and their stock: site kinds, condition, units of issue."""

from meris.fields.codes import Choice, codes

STATUS = codes(
    "status",
    Choice("open", "Open", ("opened", "active", "activated", "operational", "o"), "O"),
    Choice("standby", "Standby", ("stand by", "on call", "ready", "alert"), "S"),
    Choice("closed", "Closed", ("close", "inactive", "deactivated", "c"), "C"),
    Choice("unknown", "Unknown", ("unk", "u", "not known", "n/a", "na", "tbd"), "?"),
    hidden=("unknown",),
    usual=("open", "closed", "standby"),
)

# Top down: goods flow from the first of these to the last.
SITE_TYPE = codes(
    "kind of site",
    Choice("distribution_center", "Federal distribution center", ("dc", "federal warehouse"), "D"),
    Choice(
        "incident_support_base",
        "Incident support base",
        ("isb", "federal staging area", "fsa"),
        "I",
    ),
    Choice(
        "state_staging_area",
        "State logistics staging area",
        ("lsa", "ssa", "state staging", "logistics staging area", "state warehouse"),
        "L",
    ),
    Choice(
        "county_receiving_point",
        "County receiving point",
        ("crdp", "county receiving", "county distribution point"),
        "R",
    ),
    Choice(
        "pod",
        "Point of distribution",
        ("c-pod", "pod", "point of distribution", "distribution point", "distribution site"),
        "P",
    ),
    Choice("supply_cache", "Supply cache", ("cache", "trailer", "container", "conex"), "T"),
    Choice("warehouse", "Warehouse", ("store", "storage", "stockpile", "depot", "whse"), "W"),
    Choice("other", "Other", ("misc",), "•"),
)

CONDITION = codes(
    "condition",
    Choice("serviceable", "Serviceable", ("good", "ok", "new", "usable", "s", "a")),
    Choice(
        "unserviceable", "Unserviceable", ("bad", "damaged", "broken", "unusable", "repair", "u/s")
    ),
    Choice("unknown", "Unknown", ("unk", "u", "n/a", "na", "tbd")),
    hidden=("unknown",),
    usual=("serviceable", "unserviceable"),
)

CATEGORY = codes(
    "category",
    Choice("water", "Water", ("drinking water", "wash", "beverage", "beverages")),
    Choice("food", "Food", ("meals", "feeding", "nutrition")),
    Choice("shelter", "Shelter (cots, blankets)", ("cots", "bedding", "sleeping gear", "shelter")),
    Choice("hygiene", "Hygiene", ("sanitation", "toiletries", "cleaning")),
    Choice("power", "Power", ("generators", "electrical", "electric")),
    Choice("fuel", "Fuel", ("fuels", "gasoline", "diesel")),
    Choice("medical", "Medical", ("medical supplies", "health", "medicine", "first aid")),
    Choice("ppe", "Protective equipment", ("ppe", "personal protective equipment", "safety")),
    Choice("debris_flood", "Debris and flood", ("debris", "flood", "sandbags", "debris/flood")),
    Choice("tools", "Tools", ("tool", "hand tools", "equipment")),
    Choice("communications", "Communications", ("comms", "radio", "radios", "telecom")),
    Choice("pets", "Pets", ("pet", "animals", "animal")),
    Choice("transport", "Transport", ("transportation", "vehicles", "vehicle")),
    Choice("other", "Other", ("misc", "miscellaneous")),
)

UNIT_OF_ISSUE = codes(
    "unit of issue",
    Choice("EA", "each", ("unit", "units", "pcs", "pc", "piece", "pieces", "ct", "count", "item")),
    Choice("CS", "case", ("cases", "cse", "carton", "cartons", "ctn")),
    Choice("BX", "box", ("boxes", "caja", "cajas")),
    Choice(
        "PK",
        "pack",
        ("packs", "pck", "pkg", "package", "packet", "packets", "pkt", "paquete", "paquetes"),
    ),
    Choice("PL", "pallet", ("plt", "pallets", "skid", "skids", "tarima", "tarimas")),
    Choice("TL", "truckload", ("truck", "truckloads", "trailer load")),
    Choice("L", "liter", ("litre", "liters", "litres", "ltr", "lt", "litro", "litros")),
    Choice("GAL", "gallon", ("gallons", "gals", "gl", "us gallon")),
    Choice("LB", "pound", ("pounds", "lbs", "libra", "libras")),
    Choice("KG", "kilogram", ("kgs", "kilo", "kilos", "kilograms")),
    Choice("RO", "roll", ("rolls", "rl")),
    Choice("KT", "kit", ("kits",)),
    Choice("PR", "pair", ("pairs", "prs")),
    Choice("ML", "meal", ("meals", "mre", "mres", "ration", "rations")),
    Choice("BG", "bag", ("bags", "sack", "sacks", "bolsa", "bolsas")),
    Choice("BT", "bottle", ("bottles", "btl", "botella", "botellas")),
    Choice("CN", "can", ("cans", "tin", "tins", "jar", "jars")),
    Choice("DR", "drum", ("drums", "barrel", "barrels")),
    Choice("BL", "bale", ("bales", "bundle", "bundles")),
    Choice("ST", "set", ("sets",)),
)
