"""`python -m bench.screenshots`: the pictures of docs/images, taken anew from the exercise."""

from contextlib import ExitStack

from playwright.sync_api import Browser, sync_playwright

from bench import tour_county, tour_dispatcher, tour_responder
from bench.camera import IMAGES, Camera, open_map
from bench.page import CHROMIUM
from bench.world import World, cleared
from meris.demo.loading import SEED
from meris.demo.playing import play_at, play_day


def main() -> None:
    """Serve the exercise and an empty state, and photograph both."""
    IMAGES.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=CHROMIUM)
        _exercise(browser)
        with cleared(World(resources=0)) as world, world.served() as (address, _):
            tour_dispatcher.nothing(Camera(browser, address, world.home))
        browser.close()


def _exercise(browser: Browser) -> None:
    """In the order of a day: before the tornado, its first hour, the day after, no server."""
    with cleared(World(resources=4_400)) as world, ExitStack() as still_open:
        with world.served() as (address, _):
            camera = Camera(browser, address, world.home)
            _day(camera)
            page = still_open.enter_context(camera.page(camera.who("dispatcher")))
            open_map(page, "#at=9/37.15/-94.05")
        tour_dispatcher.lost(page)


def _day(camera: Camera) -> None:
    tour_dispatcher.look(camera)
    tour_dispatcher.calm(camera)
    tour_responder.unit(camera)
    tour_county.upload(camera)
    play_at(camera.address, home=camera.home, state="MO", seed=SEED, speed=1_200)
    tour_dispatcher.tornado(camera)
    tour_dispatcher.call(camera)
    tour_dispatcher.wall(camera)
    played = play_day(camera.address, home=camera.home, state="MO", seed=SEED)
    tour_dispatcher.day(camera, played)
    tour_responder.shelter(camera)
    tour_responder.public(camera)
    tour_county.records(camera)


if __name__ == "__main__":
    main()
