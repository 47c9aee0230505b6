"""What the private server's configuration files say; written anew at each start."""

import os
from contextlib import suppress
from pathlib import Path

_MB = 1 << 20
_HEAD = """\
# MERIS writes this file at each start. Put your own settings into custom.conf beside it.
"""
#: The administrator may also take base backups (docs/operations.md).
_ENTRIES = (
    "all postgres peer map=meris",
    "replication postgres peer map=meris",
    "all all scram-sha-256",
)


def configuration(sockets: Path, user: str, *, durable: bool) -> dict[str, str]:
    """File name to text, for a server that runs as `user` with its socket in `sockets`."""
    return {
        "postgresql.conf": _main(sockets, durable=durable),
        "pg_hba.conf": "".join(f"local {line}\n" for line in _ENTRIES),
        "pg_ident.conf": _administrators(user),
    }


def _administrators(user: str) -> str:
    names = {"root", user}
    if os.geteuid() == 0:
        # then "nobody" is a last resort, shared with other programs that must not administer
        names -= {"nobody"}
    return "".join(f'meris "{name}" postgres\n' for name in sorted(names))


def _main(sockets: Path, *, durable: bool) -> str:
    settings = {
        **_reach(sockets),
        **_sizes(_memory()),
        **_habits(),
        **_logging(),
        **({} if durable else _careless()),
    }
    lines = [f"{name} = '{value}'" for name, value in settings.items()]
    return "\n".join([_HEAD, *lines, "include_if_exists = 'custom.conf'", ""])


def _reach(sockets: Path) -> dict[str, str]:
    # a list of quoted names inside a quoted value
    folder = str(sockets).replace('"', '""').replace("'", "''")
    return {
        "listen_addresses": "",
        "unix_socket_directories": f'"{folder}"',
        "port": "5432",
        "password_encryption": "scram-sha-256",
        "max_connections": "100",
    }


def _sizes(memory: int) -> dict[str, str]:
    """A guest on the machine: an eighth of its memory as a cache, never more than 2 GB."""
    shared = min(max(memory // 8, 64 * _MB), 2048 * _MB)
    return {
        "shared_buffers": f"{shared // _MB}MB",
        "effective_cache_size": f"{max(memory // 2, 128 * _MB) // _MB}MB",
        "work_mem": "16MB",
        "maintenance_work_mem": f"{min(max(memory // 32, 64 * _MB), 512 * _MB) // _MB}MB",
        "max_wal_size": "2GB",
        "wal_compression": "on",
    }


def _habits() -> dict[str, str]:
    return {
        "timezone": "UTC",
        "random_page_cost": "1.1",  # solid state disks
        "jit": "off",  # costs 100 ms on the first map query and saves nothing
        "idle_in_transaction_session_timeout": "10min",
        "checkpoint_timeout": "15min",
        # while it recovers to a moment, nobody shall take it for ready
        "hot_standby": "off",
        # containers give /dev/shm 64 MB, which parallel index builds and vacuums outgrow
        "max_parallel_maintenance_workers": "0",
    }


def _logging() -> dict[str, str]:
    return {
        "logging_collector": "on",
        "log_directory": "log",
        "log_filename": "postgresql-%a.log",  # a week, then over again
        "log_truncate_on_rotation": "on",
        "log_rotation_age": "1d",
        "log_rotation_size": "0",
        "log_timezone": "UTC",
        "log_line_prefix": "%m [%p] %q%u@%d ",
        "log_lock_waits": "on",
        # a statement's text holds people's names, phone numbers and password hashes
        "log_min_error_statement": "panic",
        "log_parameter_max_length": "0",
        "log_parameter_max_length_on_error": "0",
    }


def _careless() -> dict[str, str]:
    return {
        "fsync": "off",
        "synchronous_commit": "off",
        "full_page_writes": "off",
        "autovacuum": "off",
        "max_connections": "200",
        "shared_buffers": "128MB",
    }


def _memory() -> int:
    """Bytes this machine or this container may use."""
    memory = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    with suppress(OSError, ValueError):
        memory = min(memory, int(Path("/sys/fs/cgroup/memory.max").read_text()))
    return memory
