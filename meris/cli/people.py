"""meris user, agency, token: who may enter."""

import sys

import click

from meris.accounts import agencies, people, tokens
from meris.cli.shared import opened, shell, shell_actor, table
from meris.tables import Account

_FROM_STDIN = "read the password from standard input"


@click.group()
def user() -> None:
    """Accounts of people."""


@user.command("add")
@click.argument("email")
@click.option("--name", required=True, help="the person's name")
@click.option("--role", "roles", multiple=True, required=True, help="may be given several times")
@click.option("--agency", help="name or id; see meris agency list")
@click.option("--password-stdin", is_flag=True, help=_FROM_STDIN)
def add_user(
    email: str, name: str, roles: tuple[str, ...], agency: str | None, password_stdin: bool
) -> None:
    """Make an account and print its pass phrase, once.

    The person chooses a password of their own at the first log-in.
    """
    password = _read_password(password_stdin)
    with opened() as (settings, database), database.transaction(shell_actor()) as session:
        made = people.add(
            session,
            email=email,
            name=name,
            roles=roles,
            agency=agencies.find(session, agency) if agency else None,
            password=password,
            mfa_roles=settings.mfa_roles,
        )
    _tell(made, "The account is made", given=password is not None)


@user.command("password")
@click.argument("email")
@click.option("--password-stdin", is_flag=True, help=_FROM_STDIN)
def new_password(email: str, password_stdin: bool) -> None:
    """Give an account a new pass phrase, and log it out everywhere."""
    password = _read_password(password_stdin)
    with opened() as (settings, database), database.transaction(shell_actor()) as session:
        account = people.find(session, email)
        made = people.set_password(session, account, password, mfa_roles=settings.mfa_roles)
    _tell(made, "The password is changed", given=password is not None)


def _read_password(from_stdin: bool) -> str | None:
    return sys.stdin.readline().rstrip("\r\n") if from_stdin else None


def _tell(made: people.NewPassword, what: str, *, given: bool) -> None:
    click.echo(f"{what}: {made.account.name} <{made.account.email}>.")
    if not given:
        click.echo(f"Pass phrase, shown this once: {made.password}")
    click.echo("At the next log-in the person chooses a password of their own.")


@user.command("roles")
@click.argument("email")
@click.option(
    "--role", "roles", multiple=True, required=True, help="all that the account is to have"
)
def set_roles(email: str, roles: tuple[str, ...]) -> None:
    """Give an account other roles."""
    with opened() as (_, database), database.transaction(shell_actor()) as session:
        people.set_roles(session, people.find(session, email), roles)
    click.echo(f"{email} is now {', '.join(roles)}.")


@user.command("list")
def list_users() -> None:
    """Show all accounts."""
    with opened() as (_, database), database.reading() as session:
        rows = [_user_row(account) for account in people.every(session)]
    table([("E-MAIL", "NAME", "ROLES", "AGENCY", "STATE"), *rows])


def _user_row(account: Account) -> tuple[str, ...]:
    agency = account.agency.name if account.agency else "-"
    factor = "second factor" if account.tf_primary_method or account.webauthn else ""
    state = "disabled" if not account.active else "new" if not account.confirmed_at else factor
    roles = ", ".join(sorted(role.name for role in account.roles))
    return account.email, account.name, roles, agency, state


@user.command("disable")
@click.argument("email")
def disable(email: str) -> None:
    """Close an account at once; its history stays."""
    _set_active(email, active=False)
    click.echo(f"{email} is disabled and logged out everywhere.")


@user.command("enable")
@click.argument("email")
def enable(email: str) -> None:
    """Open a closed account again."""
    _set_active(email, active=True)
    click.echo(f"{email} may log in again.")


def _set_active(email: str, *, active: bool) -> None:
    with opened() as (_, database), database.transaction(shell_actor()) as session:
        people.set_active(session, people.find(session, email), active=active)


@user.command("forget-second-factor")
@click.argument("email")
def forget_second_factor(email: str) -> None:
    """Remove authenticator, passkeys and recovery codes of somebody who lost them."""
    with opened() as (_, database), database.transaction(shell_actor()) as session:
        people.take_second_factor(session, people.find(session, email))
    click.echo(f"{email} logs in with the password alone, and sets up a new factor if one is due.")


@click.group()
def agency() -> None:
    """Agencies, which own resources and employ people."""


@agency.command("add")
@click.argument("name")
@click.option("--kind", required=True, help=", ".join(agencies.KINDS))
@click.option("--county", help="its county, by name or FIPS code")
def add_agency(name: str, kind: str, county: str | None) -> None:
    """Make an agency."""
    with opened() as (_, database), database.transaction(shell_actor()) as session:
        made = agencies.add(session, name, kind=kind, county=county)
    click.echo(f"Agency {made.id} is made: {made.name}.")


@agency.command("list")
def list_agencies() -> None:
    """Show all agencies."""
    with opened() as (_, database), database.reading() as session:
        rows = [(str(a.id), a.name, a.kind, a.county_fips or "-") for a in agencies.every(session)]
    table([("ID", "NAME", "KIND", "COUNTY"), *rows])


@click.group()
def token() -> None:
    """API tokens, keys of an agency's machines."""


@token.command("add")
@click.argument("name")
@click.option("--agency", "of_agency", required=True, help="name or id")
@click.option("--role", required=True, help="what it may do, e.g. reader or county_editor")
def add_token(name: str, of_agency: str, role: str) -> None:
    """Make a token for the machine NAME and print it, once."""
    with opened() as (_, database), database.transaction(shell_actor()) as session:
        owner = agencies.find(session, of_agency)
        made = tokens.create(session, shell(), name=name, role=role, agency=owner)
    click.echo(f"Token {made.token.id} of {owner.name} is made. Shown this once:")
    click.echo(made.secret)


@token.command("list")
def list_tokens() -> None:
    """Show all tokens, without their secrets."""
    with opened() as (_, database), database.reading() as session:
        rows = [
            (
                str(token.id),
                f"{token.hint}…",
                token.name,
                token.role,
                token.agency.name,
                f"{token.last_used_at:%Y-%m-%d %H:%M}" if token.last_used_at else "never",
                "revoked" if token.revoked_at else "",
            )
            for token in tokens.of(session, shell())
        ]
    table([("ID", "BEGINS", "NAME", "ROLE", "AGENCY", "LAST USED", "STATE"), *rows])


@token.command("revoke")
@click.argument("token_id", type=int)
def revoke_token(token_id: int) -> None:
    """End a token at once."""
    with opened() as (_, database), database.transaction(shell_actor()) as session:
        ended = tokens.revoke(session, shell(), token_id)
    click.echo(f"The token {ended.name} is revoked.")


COMMANDS: tuple[click.Command, ...] = (user, agency, token)
