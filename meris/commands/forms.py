"""Every command, written down once: the bar, its help, its completion and docs/commands.md read it.

The notation is that of `meris.commands.pattern`, the slots are those of `meris.commands.slots`.
An example says what the bar answers it with; a test types each of them.
"""

from dataclasses import dataclass
from functools import cached_property

from meris.commands.pattern import Node, compiled


@dataclass(frozen=True)
class Form:
    """A command: ways to write it, what it does, and `examples` with what the bar says to each.

    `needs` is the permission to use it; none: whoever may see staff's things. A `guess` may as
    well be a search: where it leads to nothing, it was one.
    """

    intent: str
    title: str
    patterns: tuple[str, ...]
    about: str
    examples: tuple[tuple[str, str], ...]
    needs: str | None = "dispatch"
    guess: bool = False

    @cached_property
    def nodes(self) -> tuple[Node, ...]:
        """The patterns, read."""
        return tuple(compiled(pattern) for pattern in self.patterns)


_WHERE = "at/in/near/by"

FORMS: tuple[Form, ...] = (
    Form(
        "create",
        "Place an incident",
        (
            f"new [incident] {{!<type>|![{_WHERE}] <place>|<priority>|caller <words>|note <text>}}",
            f"<short> {{![{_WHERE}] <place>|<priority>|caller <words>|note <text>}}",
            f"<type> {_WHERE} <place> {{<priority>|caller <words>|note <text>}}",
        ),
        "The place is an address, a town, a ZIP code, a grid reference, coordinates or the name"
        " of a site. Without a priority it gets that of its type, and what is usually sent.",
        (
            (
                "sf joplin",
                "New incident: Structure fire, priority 1, at Joplin (town, Jasper County).",
            ),
            (
                "new structure fire at 402 Main St, Joplin p2",
                "New incident: Structure fire, priority 2, at 402 Main St, Joplin (Jasper County).",
            ),
            (
                "new tor 15SUB65490528",
                "New incident: Tornado damage, priority 1, at 15SUB65490528 (Jasper County).",
            ),
            (
                "new incident at Joplin, traffic, note two cars",
                "New incident: Traffic collision, priority 2, at Joplin (town, Jasper County)."
                " First entry: “two cars”.",
            ),
        ),
        guess=True,
    ),
    Form(
        "send",
        "Send units",
        (
            "send/dispatch/assign <unit>... [to/for <incident>]",
            "send/dispatch/assign (<count> [type <level>] <unit_kinds>)... [to/for <incident>]",
        ),
        "To the incident in hand, or to another by the end of its number. A unit name that many"
        " counties use means the one at the incident, in its county, or nearest to it. A number"
        " and a kind sends the best of those that fit.",
        (
            ("send e12 l3", "Send E12 and L3 to 2026-000012, Structure fire."),
            ("send e12 to 14", "Send E12 to 2026-000014, Traffic collision."),
            ("send 1 ladder", "Send L3 to 2026-000012, Structure fire."),
        ),
    ),
    Form(
        "card",
        "Send the run card",
        ("card [to/for <incident>]", "send card [to/for <incident>]"),
        "What is usually sent to such an incident, as far as it is not there yet.",
        (("card", "Send the run card to 2026-000012, Structure fire: E12, E14, L3, and C1."),),
    ),
    Form(
        "reserve",
        "Hold units",
        (
            "reserve/hold <unit>... {[for] <minutes>|until <time>|to <incident>}",
            "book <unit>... from <time> {[for] <minutes>|until <time>|to <incident>}",
        ),
        "A hold ends by itself when its time is over. A booking begins later.",
        (("reserve e12 20 min", "Hold E12 for 2026-000012, Structure fire, for 20 min."),),
    ),
    Form(
        "status",
        "Say what units do",
        (
            "<unit>... [is/are] <status> {at <time>|to <words>|because <words>}",
            "all <status> {at <time>|to <words>}",
        ),
        "With an incident, its record moves on; without one, the unit's own status changes."
        " `all` means all units of the incident in hand that can.",
        (
            ("m7 en route", "M7 (Joplin Medic 7) is en route to 2026-000012."),
            ("m7 os", "M7 (Joplin Medic 7) is on scene at 2026-000012."),
            ("all en route", "M7 is en route to 2026-000012."),
            (
                "e14 out of service",
                "E14 (Joplin Engine 14) is out of service.",
            ),
        ),
    ),
    Form(
        "release",
        "Release units",
        (
            "release/clear <unit>... {[as] <left>|at <time>}",
            "release/clear all {[as] <left>|at <time>}",
        ),
        "They are available again unless you say what they are.",
        (
            ("release m7", "Release M7 from 2026-000012: available."),
            ("release m7 returning", "Release M7 from 2026-000012: returning."),
        ),
    ),
    Form(
        "cancel",
        "Call units off",
        ("cancel <unit>... [because <words>]",),
        "Before they are on scene, or a hold.",
        (("cancel m7 because not needed", "Call off M7 from 2026-000012: “not needed”."),),
    ),
    Form(
        "par",
        "Check in",
        ("par <unit>...", "par all", "<unit>... ok/par"),
        "The unit was heard of and is well: its check-in timer starts anew.",
        (
            ("par m7", "M7 (Joplin Medic 7) was heard of."),
            ("m7 ok", "M7 (Joplin Medic 7) was heard of."),
        ),
    ),
    Form(
        "silence",
        "Silence a check-in alarm",
        ("silence <unit>... [for] <minutes>",),
        "The unit stays overdue; its alarm is quiet for so long.",
        (("silence m7 5 min", "The check-in alarm of M7 (Joplin Medic 7) is quiet for 5 min."),),
    ),
    Form(
        "log",
        "Write in the log",
        ("log/note [:] <text>", "<incident> : <text>"),
        "Of the incident in hand, or of the one whose number stands before the colon.",
        (
            ("log smoke showing", "Log of 2026-000012: “smoke showing”."),
            ("14: water supply established", "Log of 2026-000014: “water supply established”."),
        ),
    ),
    Form(
        "priority",
        "Change the priority",
        ("[<incident>] <priority>", "<incident> priority <priority>", "priority <priority>"),
        "Of the incident in hand, or of another by the end of its number.",
        (
            ("p2", "2026-000012, Structure fire: priority 2 instead of 1."),
            ("14 p1", "2026-000014, Traffic collision: priority 1 instead of 2."),
        ),
    ),
    Form(
        "state",
        "Change the status of an incident",
        ("[<incident>] <incident_status>", "reopen <incident> because <words>"),
        "A closed incident is opened again with a reason.",
        (("under control", "2026-000012, Structure fire: under control."),),
    ),
    Form(
        "close",
        "Close an incident",
        (
            "close [incident] <incident> [as] <reason> [note <text>]",
            "close [incident] [as] <reason> [note <text>]",
        ),
        "Units still there are named and released with it.",
        (
            (
                "close completed",
                "Close 2026-000012, Structure fire: completed. Releases M7.",
            ),
            ("close 14 false alarm", "Close 2026-000014, Traffic collision: false alarm."),
        ),
    ),
    Form(
        "need",
        "Ask for more",
        ("need/needs (<count> [type <level>] <unit_kinds>)... [for/at <incident>]",),
        "Adds to what the incident in hand asks for; nothing is sent yet.",
        (
            (
                "need 2 type 3 engines",
                "2026-000012, Structure fire, needs 2 engines, type 3 or better.",
            ),
        ),
    ),
    Form(
        "area",
        "Draw an area",
        ("<area_kind> [area] <distance> [around/of/at/near] <place>", "draw <area_kind>"),
        "A circle with this radius around a place. `draw` lets you draw it on the map.",
        (
            (
                "hazard 2 miles around Joplin",
                "New hazard area: 2 mi around Joplin (town, Jasper County).",
            ),
            ("draw evacuation", "Draw an evacuation area on the map."),
        ),
    ),
    Form(
        "recommend",
        "Which units fit",
        (
            "[find/recommend] (<count> [type <level>] <unit_kinds>)... "
            "{within <minutes> [of <place>]|near/from/to <place>|uncommitted"
            "|keep <number> per station/county}",
            "[find/recommend] [type <level>] <unit_kinds> <count> "
            "{within <minutes> [of <place>]|near/from/to <place>|uncommitted"
            "|keep <number> per station/county}",
            "[find/recommend] [type <level>] <unit_kinds> {!within <minutes> [of <place>]"
            "|uncommitted|keep <number> per station/county}",
        ),
        "The best units by arrival time, with the reasons, from what is available. Without a place"
        " the incident in hand is meant. Enter selects them for it.",
        (
            (
                "type 3 engine, 4, within 60 min of Joplin, uncommitted, keep 1 per station",
                "4 engines, type 3 or better, within 1 h of Joplin (town, Jasper County),"
                " uncommitted, keep 1 per station: 1 found.",
            ),
            ("2 engines near Joplin", "2 engines near Joplin (town, Jasper County): 2 found."),
        ),
        needs=None,
    ),
    Form(
        "find",
        "Find shelters, sites and units",
        (
            "[find/show/list] [<condition>] <wanted> {near/by <place>|in <place>"
            "|within <distance> [of <place>]|with <number> beds/places [free]"
            "|with <facility>|with [<number>] <item>|<condition>}",
        ),
        "Beds are free places: what is taken is counted off, and what nobody has counted is left"
        " out. Enter shows only these on the map and in the list.",
        (
            (
                "open shelters near Joplin with 50 beds",
                "Open shelters within 20 mi of Joplin (town, Jasper County) with 50 places free"
                " or more: 1 found.",
            ),
            ("available engines in Jasper", "Available engines in Jasper County: 2 found."),
            (
                "sites with 100 cots",
                "Supply sites with 100 cots, standard or more: 1 found.",
            ),
        ),
        needs=None,
    ),
    Form(
        "place",
        "Find a place for people",
        (
            "place <number> [people/persons] {at/near/from <place>|with <facility>|with medical"
            " [needs]}",
        ),
        "Open shelters that surely suit, the nearest first, then those to call first. With"
        " wheelchair access, pets or a generator somebody needs it. Without a place the people are"
        " at the incident in hand. Beds are held on the page /place.",
        (
            (
                "place 30 people near Joplin",
                "A place for 30 people near Joplin (town, Jasper County): 1 suit.",
            ),
        ),
        needs=None,
    ),
    Form(
        "open",
        "Open something",
        (
            "open [incident] <incident>",
            "open [unit] <unit>",
            "<unit>",
            "[open] board",
            "[open] unit/units board",
            "[open] rules",
        ),
        "An incident by the end of its number, a unit, a board or the rules of dispatch.",
        (
            ("open 12", "Open 2026-000012, Structure fire."),
            ("e12", "Open E12 (Joplin Engine 12)."),
            ("board", "Open the board of incidents."),
        ),
        needs=None,
        guess=True,
    ),
    Form(
        "go",
        "Go to a place",
        ("go/goto [to] <place>",),
        "Moves the map. The name of a place alone does it too.",
        (("go joplin", "Go to Joplin (town, Jasper County)."),),
        needs=None,
    ),
)
