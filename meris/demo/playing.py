"""An exercise against a running server, by the accounts that the exercise state came with."""

from pathlib import Path

from geo.gazetteer import Gazetteer
from meris.demo import people, tornado
from meris.demo.console import Console
from meris.demo.ground import Ground
from meris.demo.story import Story
from meris.demo.tornado import Played

_DISPATCHING = frozenset({"dispatcher", "state", "admin"})


def play_at(server: str, *, home: Path, state: str, seed: int, speed: float) -> Played:
    """The tornado, by a console for everybody in `home`'s accounts who dispatches.

    Raises `Refused` when nobody answers at `server` or an account is not let in.
    """
    consoles = [
        _console(server.rstrip("/"), one) for one in people.kept(home) if one.role in _DISPATCHING
    ]
    gazetteer = Gazetteer.load(state)
    story = Story.of(gazetteer, Ground(gazetteer, scale=1))
    return tornado.play(consoles, story, seed=seed, speed=speed)


def _console(server: str, one: people.Kept) -> Console:
    console = Console(server)
    console.log_in(one.email, one.passphrase)
    return console
