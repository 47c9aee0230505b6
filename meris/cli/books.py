"""meris ledger: whether the books of stock balance."""

import sys

import click

from meris import ledger as books
from meris.cli.shared import opened

_MOST = 100


@click.group()
def ledger() -> None:
    """The books of stock: every movement, and the balances they make."""


@ledger.command()
def check() -> None:
    """Count every balance again from its movements, and tell which do not agree.

    Changes nothing and may be run while MERIS serves. Ends with 0 when the books balance, and
    with 1 when they do not.
    """
    with opened() as (_, database), database.reading() as session:
        faults = books.check(session)
        counted = books.size(session)
    for fault in faults[:_MOST]:
        click.echo(str(fault))
    if faults:
        click.echo(f"{len(faults):,} balances are not the sum of their movements.", err=True)
        sys.exit(1)
    click.echo(
        f"The books balance: {counted.movements:,} movements, {counted.lines:,} stock lines,"
        f" {counted.fills:,} promises, {counted.shipment_lines:,} lines of shipments."
    )


COMMANDS = (ledger,)
