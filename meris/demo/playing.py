"""An exercise against a running server, by the accounts that the exercise state came with."""

from pathlib import Path

from geo.gazetteer import Gazetteer
from meris.demo import day, people, tornado
from meris.demo.console import Console
from meris.demo.ground import Ground
from meris.demo.story import Story
from meris.demo.tornado import Played
from meris.errors import Refused

_DISPATCHING = frozenset({"dispatcher", "state", "admin"})


def play_at(server: str, *, home: Path, state: str, seed: int, speed: float) -> Played:
    """The tornado, by a console for everybody in `home`'s accounts who dispatches.

    Raises `Refused` when nobody answers at `server` or an account is not let in.
    """
    consoles = [
        _console(server.rstrip("/"), one) for one in people.kept(home) if one.role in _DISPATCHING
    ]
    story = _story(Gazetteer.load(state))
    return tornado.play(consoles, story, seed=seed, speed=speed)


def play_day(
    server: str, *, home: Path, state: str, seed: int, shelters: int = day.MOST_SHELTERS
) -> day.Played:
    """The day of shelters and supplies in the county that was hit, by `home`'s accounts.

    Raises `Refused` when nobody answers at `server`, an account is missing or not let in, or too
    few shelters of the county are closed.
    """
    gazetteer = Gazetteer.load(state)
    kept = people.kept(home)
    cast = day.People(
        manager=_person(server, kept, "shelter_manager"),
        # of the two county editors the one whose county was hit was made last
        county=_person(server, kept[::-1], "county_editor"),
        dispatcher=_person(server, kept, "dispatcher"),
        state=_person(server, kept, "state"),
    )
    county, zone = _story(gazetteer).hit_editor, gazetteer.facts.time_zone
    return day.play(cast, county, zone, seed=seed, count=shelters)


def _story(gazetteer: Gazetteer) -> Story:
    return Story.of(gazetteer, Ground(gazetteer, scale=1))


def _person(server: str, kept: list[people.Kept], role: str) -> day.Person:
    found = next((one for one in kept if one.role == role), None)
    if found is None:
        raise Refused(f"There is no account of a {role.replace('_', ' ')} in {people.FILE}.")
    return day.Person(_console(server.rstrip("/"), found))


def _console(server: str, one: people.Kept) -> Console:
    console = Console(server)
    console.log_in(one.email, one.passphrase)
    return console
