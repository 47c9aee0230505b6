"""meris exercise: plays an exercise against a server that runs, by HTTP."""

import click

from meris.demo import playing
from meris.demo.day import MOST_SHELTERS
from meris.demo.loading import SEED
from meris.errors import Refused
from meris.settings import Settings


@click.group()
def exercise() -> None:
    """Play an exercise against a running server."""


@exercise.command(name="tornado")
@click.option("--server", default="http://127.0.0.1:8000", show_default=True, help="Where it runs.")
@click.option("--speed", default=60.0, show_default=True, help="Minutes played in one minute.")
@click.option("--seed", default=SEED, show_default=True, help="The same seed, the same calls.")
def play_tornado(server: str, speed: float, seed: int) -> None:
    """Forty calls in four counties, and the units that are sent to them.

    Logs in with the exercise's own accounts, which `demo-accounts.txt` under MERIS_HOME holds, and
    does what dispatchers do: opens incidents, sends what is proposed, moves units on, closes. At a
    speed of 60 the two hours take two minutes.
    """
    if not 0 < speed <= 10_000:
        raise Refused(
            f"A speed of {speed:g} cannot be played. Use 1 for real time, 60 for a minute"
            " in a second, 10,000 at the most."
        )
    settings = Settings.from_environment()
    played = playing.play_at(
        server, home=settings.home, state=settings.state, seed=seed, speed=speed
    )
    for line in played.lines():
        click.echo(line)


@exercise.command(name="day")
@click.option("--server", default="http://127.0.0.1:8000", show_default=True, help="Where it runs.")
@click.option("--seed", default=SEED, show_default=True, help="The same seed, the same chances.")
@click.option(
    "--shelters",
    default=MOST_SHELTERS,
    show_default=True,
    type=click.IntRange(5, 40),
    help="How many take part.",
)
def play_day(server: str, seed: int, shelters: int) -> None:
    """A day of shelters and supplies: the last 24 hours in the county that was hit.

    Logs in with the exercise's own accounts, which `demo-accounts.txt` under MERIS_HOME holds.
    Shelters open, fill and close, stock comes, is handed out, asked for, promised, sent and taken
    in; every call says the time of that day. In the end the books are held against what was done,
    and the command fails where they do not balance. As fast as the server can.
    """
    settings = Settings.from_environment()
    played = playing.play_day(
        server, home=settings.home, state=settings.state, seed=seed, shelters=shelters
    )
    for line in played.lines():
        click.echo(line)
    if not played.balances:
        raise Refused("The day did not go as told.")


COMMANDS = (exercise,)
