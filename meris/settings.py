"""Read the environment once; everything else is handed a `Settings`."""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal, Self, cast

from meris.distances import DISTANCES, MILES, Distances
from meris.errors import Refused

Environment = Literal["demo", "production", "test"]

#: Every variable MERIS reads, with what it does. The docs test holds docs/operations.md against it.
VARIABLES: dict[str, str] = {
    "MERIS_HOME": "folder of the private cluster, its secrets and the demo accounts",
    "MERIS_ENV": "demo (default), production (no demo state, secure cookies) or test",
    "MERIS_STATE": "the state served, a folder of geo/states (default MO)",
    "DATABASE_URL": "use this PostgreSQL as the web's role instead of the private cluster",
    "DATABASE_OWNER_URL": "the owner's role for migrations (default: DATABASE_URL)",
    "HOST": "address to listen on (default 127.0.0.1)",
    "PORT": "port to listen on (default 8000)",
    "MERIS_THREADS": "most requests and live feeds served at once (default 1200)",
    "MERIS_SECRET_KEY": "signs sessions (default: made once, kept in MERIS_HOME)",
    "MERIS_TILE_URL": "raster basemap, e.g. https://tiles.example/{z}/{x}/{y}.png",
    "MERIS_TILE_ATTRIBUTION": "whom the raster basemap's license asks to name",
    "MERIS_PMTILES": "vector basemap, a PMTiles file's address",
    "MERIS_MFA_ROLES": "roles that must use a second factor (default in production: "
    "dispatcher,state,admin; in demo: none)",
    "MERIS_SESSION_IDLE_MINUTES": "a sign-in ends after so long without use (default 720)",
    "MERIS_SESSION_HOURS": "a sign-in ends after so long in any case (default 24)",
    "MERIS_WALL_DAYS": "the same for accounts that are readers and nothing else, such as that of a "
    "screen on the wall (default 30)",
    "MERIS_METRICS_TOKEN": "bearer token that opens /metrics (default: admins only)",
    "MERIS_TRUSTED_PROXIES": "how many reverse proxies stand in front (default 0)",
    "MERIS_HOSTS": "names that MERIS answers to, separated by commas: meris.example.gov or "
    ".example.gov; any other is refused (default: any name)",
    "MERIS_UPLOAD_LIMIT_MB": "largest spreadsheet accepted, in megabytes (default 100)",
    "MERIS_UPLOAD_UNDO_DAYS": "how long an upload can be undone (default 30)",
    "MERIS_UPLOAD_OWN_COUNTY": "yes (default): a county's people may only send what lies in their "
    "county; no: anything of their agency",
    "MERIS_HOLD_MINUTES": "how long a reserved unit is held (default 10)",
    "MERIS_BED_HOLD_MINUTES": "how long beds are held for people on their way (default 30)",
    "MERIS_ASSIGNMENT_HOURS": "how long a unit is expected to be sent when nobody says (default 8)",
    "MERIS_DUTY_HOURS": "how long a turn of duty lasts at most; then it ends by itself, and so "
    "does the sharing of positions (default 14)",
    "MERIS_GEOCODER": "finds addresses of uploaded rows: package.module:name (default: none)",
    "MERIS_DETOUR_FACTOR": "how much longer than a straight line roads are (default 1.3)",
    "MERIS_DISTANCES": "how pages say how far it is: miles (default) or km",
    "MERIS_TRAIL_DAYS": "how long it is kept where units have been (default 30)",
    "MERIS_PUSH_HOSTS": "push services that notices may be sent to, separated by commas: host, "
    "host:port or *.domain; none sends nothing (default: of Chrome, Firefox, Safari and Edge)",
    "MERIS_PUSH_CONTACT": "where a push service may write to, mailto:… or https:… (default: "
    "nowhere; Apple's asks for one)",
    "MERIS_PUBLIC_SECONDS": "how long the public's page of shelters is kept before it is read anew "
    "(default 10)",
    "MERIS_PUBLIC_PHONE": "whom the public calls about shelters, as a phone number; none shows no "
    "number (default 211)",
    "MERIS_LOG_LEVEL": "debug, info (default), warning or error",
}

#: Where browsers take push messages: Chrome and most others, Firefox, Safari, Edge.
PUSH_HOSTS = (
    "fcm.googleapis.com",
    "updates.push.services.mozilla.com",
    "*.push.services.mozilla.com",
    "*.push.apple.com",
    "*.notify.windows.com",
)

_GUARDED_ROLES = frozenset({"dispatcher", "state", "admin"})


@dataclass(frozen=True)
class Settings:
    """What an installation may choose. Times are in seconds unless the name says otherwise."""

    home: Path
    environment: Environment = "demo"
    state: str = "MO"
    database_url: str | None = None
    owner_url: str | None = None
    host: str = "127.0.0.1"
    port: int = 8000
    threads: int = 1200
    secret_key: str | None = None
    tile_url: str | None = None
    tile_attribution: str = ""
    pmtiles: str | None = None
    mfa_roles: frozenset[str] = frozenset()
    session_idle_minutes: int = 720
    session_hours: int = 24
    wall_days: int = 30
    metrics_token: str | None = None
    trusted_proxies: int = 0
    hosts: tuple[str, ...] = ()
    upload_limit_mb: int = 100
    upload_undo_days: int = 30
    upload_own_county: bool = True
    hold_minutes: int = 10
    bed_hold_minutes: int = 30
    assignment_hours: int = 8
    duty_hours: int = 14
    geocoder: str | None = None
    detour_factor: float = 1.3
    distances: Distances = MILES
    trail_days: int = 30
    push_hosts: tuple[str, ...] = PUSH_HOSTS
    push_contact: str | None = None
    public_seconds: int = 10
    public_phone: str | None = "211"
    log_level: str = "info"

    @property
    def exercise(self) -> bool:
        """Whether every page must say that the data is not real."""
        return self.environment != "production"

    @classmethod
    def from_environment(cls, environ: Mapping[str, str] | None = None) -> Self:
        """Settings from environment variables; raises `Refused` on a value that cannot be used."""
        env = os.environ if environ is None else environ
        environment = _environment(env)
        database_url = env.get("DATABASE_URL") or None
        return cls(
            home=Path(env.get("MERIS_HOME") or default_home(env)).expanduser().absolute(),
            environment=environment,
            state=env.get("MERIS_STATE") or "MO",
            database_url=database_url,
            owner_url=env.get("DATABASE_OWNER_URL") or database_url,
            host=env.get("HOST") or "127.0.0.1",
            port=_whole(env, "PORT", 8000),
            threads=_whole(env, "MERIS_THREADS", 1200),
            secret_key=env.get("MERIS_SECRET_KEY") or None,
            tile_url=env.get("MERIS_TILE_URL") or None,
            tile_attribution=env.get("MERIS_TILE_ATTRIBUTION") or "",
            pmtiles=env.get("MERIS_PMTILES") or None,
            mfa_roles=_roles(env, environment),
            session_idle_minutes=_whole(env, "MERIS_SESSION_IDLE_MINUTES", 720),
            session_hours=_whole(env, "MERIS_SESSION_HOURS", 24),
            wall_days=_whole(env, "MERIS_WALL_DAYS", 30),
            metrics_token=env.get("MERIS_METRICS_TOKEN") or None,
            trusted_proxies=_whole(env, "MERIS_TRUSTED_PROXIES", 0),
            hosts=_names(env.get("MERIS_HOSTS") or ""),
            upload_limit_mb=_whole(env, "MERIS_UPLOAD_LIMIT_MB", 100),
            upload_undo_days=_whole(env, "MERIS_UPLOAD_UNDO_DAYS", 30),
            upload_own_county=_yes(env, "MERIS_UPLOAD_OWN_COUNTY", default=True),
            hold_minutes=_whole(env, "MERIS_HOLD_MINUTES", 10),
            bed_hold_minutes=_minutes(env, "MERIS_BED_HOLD_MINUTES", 30),
            assignment_hours=_whole(env, "MERIS_ASSIGNMENT_HOURS", 8),
            duty_hours=_hours(env, "MERIS_DUTY_HOURS", 14),
            geocoder=env.get("MERIS_GEOCODER") or None,
            detour_factor=_factor(env, "MERIS_DETOUR_FACTOR", 1.3),
            distances=_distances(env),
            trail_days=_whole(env, "MERIS_TRAIL_DAYS", 30),
            push_hosts=_push_hosts(env),
            push_contact=_contact(env),
            public_seconds=_whole(env, "MERIS_PUBLIC_SECONDS", 10),
            public_phone=_phone(env),
            log_level=env.get("MERIS_LOG_LEVEL") or "info",
        )

    def at(self, *, database_url: str, owner_url: str) -> Self:
        """The same settings on a database that is now known."""
        return replace(self, database_url=database_url, owner_url=owner_url)


def default_home(env: Mapping[str, str]) -> str:
    """Where state lives when MERIS_HOME is unset."""
    if os.geteuid() == 0:
        # root's home is closed to the unprivileged user that PostgreSQL runs as
        return "/var/lib/meris"
    data = env.get("XDG_DATA_HOME") or "~/.local/share"
    return f"{data}/meris"


def _environment(env: Mapping[str, str]) -> Environment:
    name = env.get("MERIS_ENV") or "demo"
    if name not in ("demo", "production", "test"):
        raise Refused(f'MERIS_ENV is "{name}". Use demo, production or test.')
    return cast(Environment, name)


def _whole(env: Mapping[str, str], name: str, default: int) -> int:
    text = env.get(name)
    if not text:
        return default
    if not text.isdecimal():
        raise Refused(f'{name} is "{text}". Use a whole number such as {default}.')
    return int(text)


def _hours(env: Mapping[str, str], name: str, default: int) -> int:
    hours = _whole(env, name, default)
    if not 1 <= hours <= 24:
        raise Refused(f'{name} is "{hours}". Use 1 to 24 hours.')
    return hours


def _minutes(env: Mapping[str, str], name: str, default: int) -> int:
    minutes = _whole(env, name, default)
    if not 1 <= minutes <= 720:
        raise Refused(f'{name} is "{minutes}". Use 1 to 720 minutes.')
    return minutes


def _factor(env: Mapping[str, str], name: str, default: float) -> float:
    text = env.get(name)
    if not text:
        return default
    try:
        factor = float(text)
    except ValueError:
        factor = 0.0
    if not 1 <= factor <= 10:
        raise Refused(f'{name} is "{text}". Use a number from 1 to 10 such as {default}.')
    return factor


def _distances(env: Mapping[str, str]) -> Distances:
    code = env.get("MERIS_DISTANCES") or MILES.code
    if code not in DISTANCES:
        raise Refused(f'MERIS_DISTANCES is "{code}". Use {" or ".join(DISTANCES)}.')
    return DISTANCES[code]


def _yes(env: Mapping[str, str], name: str, *, default: bool) -> bool:
    text = (env.get(name) or "").strip().lower()
    if text and text not in ("yes", "no"):
        raise Refused(f'{name} is "{text}". Use yes or no.')
    return text == "yes" if text else default


def _push_hosts(env: Mapping[str, str]) -> tuple[str, ...]:
    text = env.get("MERIS_PUSH_HOSTS")
    if not text:
        return PUSH_HOSTS
    names = _names(text)
    return () if names == ("none",) else names


def _names(text: str) -> tuple[str, ...]:
    return tuple(name.strip().lower() for name in text.split(",") if name.strip())


def _contact(env: Mapping[str, str]) -> str | None:
    text = env.get("MERIS_PUSH_CONTACT") or None
    if text and not text.startswith(("mailto:", "https:")):
        raise Refused(f'MERIS_PUSH_CONTACT is "{text}". Use mailto:somebody@example.org.')
    return text


def _phone(env: Mapping[str, str]) -> str | None:
    text = (env.get("MERIS_PUBLIC_PHONE") or "211").strip()
    if text.lower() == "none":
        return None
    if not re.fullmatch(r"[+(]?[0-9][0-9 ().-]{1,24}", text):
        raise Refused(f'MERIS_PUBLIC_PHONE is "{text}". Use a phone number, or none.')
    return text


def _roles(env: Mapping[str, str], environment: Environment) -> frozenset[str]:
    text = env.get("MERIS_MFA_ROLES")
    if text is None:
        return _GUARDED_ROLES if environment == "production" else frozenset()
    return frozenset(role.strip() for role in text.split(",") if role.strip())
