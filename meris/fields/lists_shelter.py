"""Code lists of shelters: statuses, kinds, uses, pets, counts (domain: FEMA NSS, ESF-6)."""

from meris.fields.codes import Choice, codes

# FULL is never trusted alone: utilization is computed from the counts as well.
STATUS = codes(
    "status",
    Choice(
        "closed",
        "Closed",
        ("close", "inactive", "deactivated", "c", "demobilized", "demobilised", "restored"),
        "C",
    ),
    Choice("alert", "Alert", ("alerted", "on alert"), "A"),
    Choice("standby", "Standby", ("stand by", "on call", "ready"), "S"),
    Choice("open", "Open", ("opened", "active", "activated", "o"), "O"),
    Choice("full", "Full", ("at capacity", "capacity reached"), "F"),
    Choice(
        "consolidating",
        "Consolidating",
        ("consolidate", "moving out", "closing", "demobilizing", "demobilising"),
        "M",
    ),
    Choice(
        "retired",
        "Retired",
        ("decommissioned", "permanently closed", "do not use", "withdrawn", "no longer used"),
        "R",
    ),
    Choice("unknown", "Unknown", ("unk", "u", "not known", "n/a", "na", "tbd"), "?"),
    hidden=("unknown",),
    usual=("open", "closed", "standby"),
)

TYPE = codes(
    "kind of shelter",
    Choice("evacuation", "Evacuation shelter", ("evac", "emerevac", "emergency evacuation")),
    Choice(
        "short_term_congregate",
        "Short-term congregate shelter",
        ("genpopshel", "general", "general population", "congregate", "short term", "shelter"),
    ),
    Choice("long_term_congregate", "Long-term congregate shelter", ("long term",)),
    Choice(
        "non_congregate",
        "Non-congregate shelter",
        ("nontradnl", "non traditional", "hotel", "motel", "dorm", "dormitory", "noncongregate"),
    ),
    Choice(
        "medical_needs",
        "Medical-needs shelter",
        ("medbns", "medical", "special needs", "functional needs", "medical shelter"),
    ),
    Choice("pet", "Pet shelter", ("pets", "animal", "animal shelter")),
    Choice("warming_center", "Warming center", ("wc", "warming", "warming centre")),
    Choice("cooling_center", "Cooling center", ("cc", "cooling", "cooling centre")),
    Choice(
        "tornado_safe_room",
        "Tornado safe room",
        ("safe room", "saferoom", "storm shelter", "fema 361", "community safe room"),
    ),
    Choice("temporary_evacuation_point", "Temporary evacuation point", ("tep",)),
    Choice("family_assistance_center", "Family assistance center", ("fac",)),
    Choice("respite_center", "Respite center", ("respite",)),
    Choice("other", "Other", ("other shelter",)),
)

USAGE = codes(
    "use",
    Choice("evac", "Evacuation (before impact)", ("evacuation", "pre impact", "evac only")),
    Choice("post", "Post-impact", ("post impact", "after impact", "post only")),
    Choice("both", "Both", ("evac and post", "evacuation and post impact")),
)

# Service animals are not pets: they are always admitted.
PETS = codes(
    "pet policy",
    Choice("none", "No pets", ("no", "n", "not allowed", "false", "0")),
    Choice("onsite", "Pets in a separate area", ("on site", "yes", "y", "separate", "true", "1")),
    Choice("cohabit", "Pets stay with owners", ("cohab", "with owners", "cohabitation")),
    Choice("offsite", "Pets at another site", ("off site", "co located elsewhere", "elsewhere")),
)

CAPACITY_PHASE = codes(
    "capacity in use",
    Choice(
        "evacuation", "Evacuation", ("evac", "short stay", "pre impact", "short term", "standing")
    ),
    Choice("post_impact", "Post-impact", ("post impact", "long stay", "sleeping", "post", "cots")),
)

REPORTING_PERIOD = codes(
    "count",
    Choice("overnight", "Overnight (midnight) count", ("midnight", "night", "pm")),
    Choice("midday", "Midday count", ("noon", "day", "am")),
    Choice("adhoc", "Count at another time", ("ad hoc", "other", "spot")),
)
