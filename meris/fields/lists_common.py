"""Code lists that every kind of resource uses."""

from meris.fields.codes import Choice, codes

SENSITIVITY = codes(
    "sensitivity",
    Choice("public", "Public", ("open", "everyone")),
    Choice("restricted", "Signed-in staff", ("staff", "internal", "official use only", "fouo")),
    Choice("confidential", "Named roles only", ("secret", "private", "closed")),
)

# How a place on the map came about, best first: people must see which points are guesses.
POSITION_SOURCE = codes(
    "position source",
    Choice("surveyed", "Placed on the map by a person", ("map", "pin")),
    Choice("reported", "Coordinates as reported", ("given", "file", "coordinates")),
    Choice("repaired", "Coordinates as reported, put right", ("corrected",)),
    Choice("geocoder", "Found by its address", ("address", "geocoded")),
    Choice("gps", "Reported by a device", ("device", "live")),
    Choice("usng", "US National Grid reference", ("mgrs", "grid")),
    Choice("zip", "Middle of the ZIP code area", ("zip code",)),
    Choice("town", "Middle of the town", ("city", "place")),
    Choice("county", "Middle of the county", ("county centroid",)),
)

# These say roughly where something is; the map draws them as approximate.
APPROXIMATE_SOURCES = frozenset({"zip", "town", "county"})
