"""What every template may say without asking: counted things, distances, whose clock."""

from flask import Flask

from meris import wording
from meris.web.context import context


def init_app(app: Flask) -> None:
    """Templates say `plural(n, noun)`, `several(noun)`, `distance(meters)`,
    `chosen_distance(meters)`, `speed(kmh)` and `zone_name()`."""
    app.jinja_env.globals.update(
        plural=wording.plural,
        several=wording.several,
        distance=distance,
        chosen_distance=chosen_distance,
        speed=speed,
        zone_name=zone_name,
    )


def distance(meters: float | None) -> str:
    """A distance that was measured, in the installation's units: 7.2 mi."""
    return context().home.distances.say(meters)


def chosen_distance(meters: float) -> str:
    """A distance that somebody chose: 30 mi."""
    return context().home.distances.chosen(meters)


def speed(kmh: float) -> str:
    """37 mph."""
    return context().home.distances.speed(kmh)


def zone_name() -> str:
    """What the state's clock is called today, for fields that a time is typed in: CST."""
    home = context().home
    return f"{home.now().astimezone(home.zone):%Z}"
