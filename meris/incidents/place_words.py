"""What is said of a place that somebody named, in the language spoken."""

from geo.values import Position
from meris.fields import Home
from meris.fields.words import shown
from meris.language import _


def middle(where: str, radius_m: float, home: Home) -> str:
    """In the middle of Columbia, within 5.2 mi."""
    distance = home.distances.say(radius_m)
    return _("In the middle of %(place)s, within %(distance)s.", place=where, distance=distance)


def no_street(note: str) -> str:
    """The same of an address of which only the town is known."""
    return _("The street is not known: %(note)s", note=f"{note[0].lower()}{note[1:]}")


def outside(position: Position, home: Home) -> str:
    """A position that is too far away to be meant."""
    return _(
        "%(position)s lies neither in %(state)s nor in a state beside it."
        " Is the minus sign of the longitude missing?",
        position=f"{position.lat:.4f}, {position.lon:.4f}",
        state=home.name,
    )


def unplaced(name: str) -> str:
    """A resource that has no position."""
    return _("%(name)s has no place on the map. Give its address or coordinates.", name=name)


def unknown(words: str) -> str:
    """Words that name no place."""
    return _(
        "%(words)s is not a place that MERIS knows. Add the town: 402 Main St, Joplin."
        " Or give a grid reference, or point it out on the map.",
        words=shown(words),
    )
