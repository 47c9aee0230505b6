"""The geocoder of an installation, named by the setting MERIS_GEOCODER.

`MERIS_GEOCODER=package.module:name` names an object with the method of `Geocoder`, or something
that makes one when called without arguments. `geo.geocoder` says what is asked of it.
"""

import importlib
from dataclasses import replace

from geo.geocoder import Address, AddressSearch, Found, Geocoder
from meris.errors import Refused
from meris.fields import Home
from meris.settings import Settings

__all__ = ["Address", "Found", "Geocoder", "home_of", "load"]


def home_of(settings: Settings) -> Home:
    """Where an installation is at home, with its geocoder and its units of length.

    Raises `Refused` as `load` does.
    """
    home = Home.of(settings.state)
    if settings.distances != home.distances:
        home = replace(home, distances=settings.distances)
    return replace(home, geocoder=load(settings.geocoder)) if settings.geocoder else home


def load(name: str) -> AddressSearch:
    """The geocoder called `package.module:name`. Raises `Refused` when there is none."""
    module, _, attribute = name.partition(":")
    try:
        found = getattr(importlib.import_module(module), attribute)
        geocoder = found if hasattr(found, "geocode") and not isinstance(found, type) else found()
    except Exception as failure:  # somebody else's module may raise anything
        raise Refused(f'MERIS_GEOCODER is "{name}", which cannot be loaded: {failure}') from failure
    if not callable(getattr(geocoder, "geocode", None)):
        raise Refused(f'MERIS_GEOCODER is "{name}", which has no method geocode(addresses).')
    return AddressSearch(geocoder)
