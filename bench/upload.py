"""A spreadsheet of 10,000 and 100,000 shelters from bytes to the map, beside a bare \\copy."""

from bench.world import World


def run(world: World) -> str:
    """A table of figures."""
    return str(world.resources)
