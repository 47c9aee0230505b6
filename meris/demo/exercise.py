"""The whole exercise as drafts, without a database."""

from collections.abc import Iterator
from pathlib import Path

from geo.gazetteer import Gazetteer
from meris.demo.agencies import enroll
from meris.demo.clock import Clock
from meris.demo.ground import Ground
from meris.demo.quotas import quotas
from meris.demo.rows import Draft
from meris.demo.shares import stream
from meris.demo.shelters import hidden, shelters
from meris.demo.story import STORIES, Story
from meris.demo.supplies import supply_sites
from meris.demo.units import units
from meris.demo.world import Scene, World

#: Shelters without a place or a telling name, at any scale.
HIDDEN = 2


def make_world(
    gazetteer: Gazetteer, clock: Clock, *, seed: int, scale: float, stories: Path = STORIES
) -> World:
    """Everything that the makers of drafts are told."""
    ground = Ground(gazetteer, scale=scale)
    story = Story.of(gazetteer, ground, stories)
    roster = enroll(stream(seed, "agencies"), gazetteer, ground, story)
    return World(gazetteer.facts.postal, clock, ground, story, roster)


def drafts(world: World, *, seed: int, scale: float) -> Iterator[Draft]:
    """Every resource, county by county: what lies together is stored together, and memory stays
    small. The same seed and scale give the same drafts but for times."""
    # what an earlier run has numbered and named does not count
    world.numbers.clear()
    world.city_names.clear()
    yield from hidden(world, stream(seed, "hidden"), HIDDEN)
    shares = quotas(stream(seed, "quotas"), world.ground, world.story, scale)
    for land in world.ground.counties:
        scene = Scene(world, land, shares[land.fips], stream(seed, land.fips))
        yield from shelters(scene)
        yield from supply_sites(scene)
        yield from units(scene)
        land.forget()
