"""Which PostgreSQL is installed here, and as which user its programs run."""

import os
import pwd
import re
import shutil
import subprocess
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from meris.errors import Refused

OLDEST = 15
_FOLDERS = ("/usr/lib/postgresql/*/bin", "/usr/pgsql-*/bin", "/usr/local/pgsql/bin")
_MISSING = (
    f"PostgreSQL {OLDEST} or newer with PostGIS is not installed. On Debian or Ubuntu run "
    '"make setup" or "apt install postgresql-postgis"; elsewhere install PostgreSQL and PostGIS '
    "and put pg_config on the PATH. Or set DATABASE_URL to a PostGIS database you have."
)


@dataclass(frozen=True)
class Installation:
    """The programs of one installed PostgreSQL that has PostGIS."""

    major: int
    programs: Path


def installations() -> list[Installation]:
    """Every PostgreSQL with PostGIS that is new enough, newest first; may be empty."""
    found = {each for each in map(_inspect, _program_folders()) if each is not None}
    return sorted(found, key=lambda each: each.major, reverse=True)


def newest_installation() -> Installation:
    """The newest of `installations`; `Refused` when there is none."""
    found = installations()
    if not found:
        raise Refused(_MISSING)
    return found[0]


def installation_of(data: Path) -> Installation:
    """The installed PostgreSQL that can read a data folder; `Refused` when none can."""
    major = _major_of(data)
    for installation in installations():
        if installation.major == major:
            return installation
    newest = newest_installation().major
    raise Refused(
        f"{data} was made by PostgreSQL {major}, and PostgreSQL {newest} with PostGIS is what is "
        f"installed here, which cannot read it. Nothing was changed. Either install PostgreSQL "
        f"{major} with PostGIS again, and bring the data over with pg_dump or pg_upgrade if you "
        f"want to (docs/operations.md says how), or start with an empty database: move {data} "
        "aside."
    )


def _major_of(data: Path) -> int:
    try:
        return int((data / "PG_VERSION").read_text())
    except PermissionError as error:
        owner = data.owner()
        raise Refused(
            f"{data} belongs to the user {owner}. Run MERIS as {owner}, or set MERIS_HOME to a "
            "folder of your own."
        ) from error
    except (OSError, ValueError) as error:
        raise Refused(
            f"{data} is not a PostgreSQL data folder: it has no PG_VERSION. Move it aside or put "
            "its backup back."
        ) from error


def unprivileged_user() -> str:
    """Whom a new server runs as: PostgreSQL refuses root, anybody else is right."""
    if os.geteuid() != 0:
        return pwd.getpwuid(os.geteuid()).pw_name
    for name in ("postgres", "nobody"):
        with suppress(KeyError):
            return pwd.getpwnam(name).pw_name
    raise Refused('Root needs a user to run PostgreSQL as. Add one: "useradd --system postgres".')


def run_as(
    user: str, command: list[str], *, within: Path = Path("/")
) -> subprocess.CompletedProcess[str]:
    """Run a program as `user`, with none of our environment that could change what it does."""
    entry = pwd.getpwnam(user)
    switches = _must_switch_to(entry)
    return subprocess.run(
        command,
        cwd=within,
        env={"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C.UTF-8", "TZ": "UTC"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        user=entry.pw_uid if switches else None,
        group=entry.pw_gid if switches else None,
        extra_groups=[] if switches else None,
    )


def _must_switch_to(entry: pwd.struct_passwd) -> bool:
    if entry.pw_uid == os.geteuid():
        return False
    if os.geteuid() == 0:
        return True
    me = pwd.getpwuid(os.geteuid()).pw_name
    raise Refused(
        f"The database belongs to the user {entry.pw_name} and MERIS runs as {me}. Run it as "
        f"{entry.pw_name}, or set MERIS_HOME to a folder of your own."
    )


def _program_folders() -> list[Path]:
    known = [path for pattern in _FOLDERS for path in Path("/").glob(pattern.lstrip("/"))]
    on_path = shutil.which("pg_config")
    return [*known, *([Path(on_path).parent] if on_path else [])]


def _inspect(folder: Path) -> Installation | None:
    """What `pg_config` in a folder says; None without server programs, PostGIS or our age."""
    with suppress(OSError, subprocess.CalledProcessError):
        command = [str(folder / "pg_config"), "--version", "--bindir", "--sharedir"]
        said = subprocess.run(command, capture_output=True, text=True, check=True)
        version, programs, share = said.stdout.splitlines()
        major = int(re.findall(r"\d+", version)[0])
        whole = (Path(programs) / "postgres").exists() and (Path(programs) / "initdb").exists()
        if whole and major >= OLDEST and (Path(share) / "extension/postgis.control").exists():
            return Installation(major, Path(programs))
    return None
