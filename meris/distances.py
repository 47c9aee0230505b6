"""How far, how fast and how large in words: the one place, in miles or in kilometers.

Meters, km/h and square kilometers are what is stored and what JSON has; what a person reads is an
installation's choice (MERIS_DISTANCES). static/js/words/distance.js says the same in the browser.
"""

from dataclasses import dataclass

_KM = 1_000.0
_SHORTEST = 10


@dataclass(frozen=True)
class Distances:
    """A system of lengths: `unit` of so many meters and, nearer than `near_m`, a short one.

    `code` is what the setting says and what a page tells its scripts.
    """

    code: str
    unit: str
    unit_m: float
    short: str
    short_m: float
    near_m: float
    speed_unit: str

    def say(self, meters: float | None) -> str:
        """A distance that was measured: 350 ft, 7.2 mi, 41 mi; in words where nobody knows it."""
        return "an unknown distance" if meters is None else " ".join(self.figure(meters))

    def figure(self, meters: float) -> tuple[str, str]:
        """The same as its number and its unit."""
        if meters < self.near_m:
            return f"{max(_SHORTEST, round(meters / self.short_m, -1)):,.0f}", self.short
        length = meters / self.unit_m
        return (f"{length:.1f}" if length < 9.95 else f"{length:,.0f}"), self.unit

    def chosen(self, meters: float) -> str:
        """A distance that somebody chose, as they would say it: 2 mi, 0.5 mi, 30 mi."""
        number, unit = self.figure(meters)
        return f"{number.removesuffix('.0')} {unit}"

    def speed(self, kmh: float) -> str:
        """37 mph."""
        return f"{kmh * _KM / self.unit_m:.0f} {self.speed_unit}"


MILES = Distances("miles", "mi", 1_609.344, "ft", 0.3048, 304.8, "mph")
KILOMETERS = Distances("km", "km", _KM, "m", 1.0, 995.0, "km/h")

#: By what MERIS_DISTANCES says.
DISTANCES = {one.code: one for one in (MILES, KILOMETERS)}
