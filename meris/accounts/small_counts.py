"""Counts so small that they may point at a person: not for the public (domain §10.1).

A handful of people with medical needs in one building can be told apart, so less than eleven are
not told; nor are the groups from which, with the total, the number could be worked out.
"""

#: The smallest count that is published.
_LEAST = 11


def withheld(medical_needs: int | None) -> dict[str, str]:
    """What the public is told in place of some figures of a shelter, by the figures' names, where
    so many of its people have medical needs; None is not counted."""
    if medical_needs is None or medical_needs >= _LEAST:
        return {}
    return {
        "population_medical_needs": f"Fewer than {_LEAST}",
        "population_general": "Not published",
        "population_other": "Not published",
    }
