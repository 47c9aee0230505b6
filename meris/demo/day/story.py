"""What happens on the day, hour by hour: which shelter does what, who asks for what, and when.

Hours count from the storm; the day ends with hour 24, which is now.
"""

from typing import NamedTuple

HOURS = 24.0


class Beat(NamedTuple):
    """At an hour a shelter does something: `to` a status, or counts a `share` of its places."""

    hour: float
    to: str = ""
    share: float | None = None


class Ask(NamedTuple):
    """A shelter asks for so much of an item for each of its places; `how` it goes on then:

    usual, split (two givers), short, damaged, part (the rest comes later), denied, up (the state
    has to give), way (still on the road at the end), promised, waits.
    """

    hour: float
    part: str
    item: str
    unit: str
    each: float
    how: str
    priority: str = "high"
    words: str = ""


class Need(NamedTuple):
    """What people use up: `each` units for a person and day; `days` of it come when it opens."""

    item: str
    unit: str
    each: float
    days: float


#: The parts that shelters play. Where there are more shelters than parts they play them again.
PARTS: dict[str, tuple[Beat, ...]] = {
    # the largest: full by the evening, and the place that others send their people to
    "anchor": (
        Beat(0.5, "alert"),
        Beat(1.0, "standby"),
        Beat(1.8, "open"),
        Beat(3.0, share=0.18),
        Beat(5.0, share=0.47),
        Beat(7.5, share=0.78),
        Beat(10.0, share=1.0),
        Beat(10.2, "full"),
        Beat(13.0, share=0.99),
        Beat(16.0, share=0.74),
        Beat(16.2, "open"),
        Beat(18.5, share=0.58),
        Beat(22.6, share=0.71),
    ),
    # consolidates: most go to another shelter first, the last ones in the second step
    "church": (
        Beat(0.8, "alert"),
        Beat(1.5, "standby"),
        Beat(2.5, "open"),
        Beat(4.0, share=0.25),
        Beat(8.0, share=0.6),
        Beat(12.0, share=0.66),
        Beat(17.0, share=0.32),
        Beat(19.5, "consolidating"),
        Beat(21.0, "closed"),
    ),
    # stays, with room to spare; a party comes at the end
    "haven": (
        Beat(1.2, "alert"),
        Beat(1.9, "standby"),
        Beat(3.0, "open"),
        Beat(4.5, share=0.12),
        Beat(9.0, share=0.35),
        Beat(14.0, share=0.42),
        Beat(18.0, share=0.4),
        Beat(23.0, share=0.55),
    ),
    # closes at once: some to another shelter, the others home
    "hall": (
        Beat(1.0, "alert"),
        Beat(2.2, "open"),
        Beat(4.2, share=0.3),
        Beat(11.0, share=0.52),
        Beat(18.2, share=0.22),
        Beat(20.5, "closed"),
    ),
    # nobody came
    "spare": (Beat(1.0, "alert"), Beat(3.5, "standby"), Beat(15.0, "closed")),
}
#: Of those who leave, so many go to another shelter; the others have somewhere to stay.
MOVES_ON, WORDS_HOME = 0.7, "home or to relatives"
#: While it consolidates so many leave first.
FIRST_BUS = 0.6

NEEDS = (
    Need("WATER-BTL", "CS", 0.32, 0.5),
    Need("MEAL-SS", "CS", 0.25, 0.5),
    Need("BLANKET", "EA", 0.5, 1.2),
    Need("FOOD-INF", "EA", 0.15, 0.9),
)
ASKS = (
    Ask(4.0, "anchor", "WATER-BTL", "CS", 0.45, "split", "life_sustaining"),
    Ask(4.6, "church", "MEAL-SS", "CS", 0.3, "short"),
    Ask(5.2, "haven", "COT-STD", "EA", 0.3, "part", "life_sustaining"),
    Ask(6.0, "hall", "BLANKET", "EA", 0.8, "damaged"),
    Ask(7.0, "hall", "KIT-COMFORT", "EA", 0.5, "denied", "normal"),
    Ask(7.5, "anchor", "GEN", "EA", 0.0, "up", "lifesaving", "Power is out; two on oxygen"),
    Ask(9.5, "anchor", "MEAL-SS", "CS", 0.5, "usual"),
    Ask(13.0, "haven", "WATER-BTL", "CS", 0.3, "usual"),
    Ask(20.0, "anchor", "WATER-BTL", "CS", 0.3, "way", "life_sustaining"),
    Ask(21.5, "haven", "MEAL-SS", "CS", 0.25, "promised"),
    Ask(22.5, "anchor", "FOOD-INF", "EA", 0.1, "waits"),
)
#: What trucks bring to the county's own warehouse: hour, item, unit, how much, lot, and whether
#: it is good for this day only.
TRUCKS = (
    (0.4, "WATER-BTL", "CS", 900, "R-2", False),
    (0.4, "MEAL-SS", "CS", 700, "M-7", False),
    (0.6, "FOOD-INF", "EA", 60, "F-1", True),
    (0.6, "FOOD-INF", "EA", 240, "F-2", False),
    (2.0, "COT-STD", "EA", 300, None, False),
    (2.0, "BLANKET", "EA", 800, None, False),
    (11.0, "WATER-BTL", "CS", 600, "R-3", False),
)
#: What a point of distribution hands out in each of these hours, as a share of what came there.
HANDED_OUT = {"WATER-BTL": 0.07, "MEAL-SS": 0.06}
POD_HOURS = range(3, 13)
POD_TRUCK = (("WATER-BTL", "CS", 400), ("MEAL-SS", "CS", 300))
#: How long the steps of a request take after it was asked, in hours.
APPROVED, PROMISED, LEFT, CAME, REST_CAME = 0.3, 0.7, 1.1, 2.2, 3.4
LONG_WAY = 4.0
#: The desk notices what is out of date, wrongly typed and miscounted at these hours.
SLIP, SLIP_SEEN, SHEET, THROWN_AWAY = 8.4, 8.6, 17.5, 23.2
