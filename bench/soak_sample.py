"""What a server and its PostgreSQL hold now: memory, threads, files, connections, tables."""

from contextlib import suppress
from pathlib import Path
from typing import Any

import psycopg2

from bench.world import children

#: Rewritten in place while the exercise is played: what may swell. All others only grow by records.
REWRITTEN = ("resource", "unit", "incident", "assignment", "sign_in", "incident_counter")
_TABLES = """
SELECT relname, n_live_tup, n_dead_tup, autovacuum_count,
       pg_relation_size(relid), pg_indexes_size(relid), pg_total_relation_size(relid)
FROM pg_stat_user_tables
"""
_CONNECTIONS = """
SELECT count(*) FILTER (WHERE usename IN ('meris_web', 'meris_sees_all')), count(*),
       count(*) FILTER (WHERE state LIKE 'idle in transaction%'),
       coalesce(max(extract(epoch FROM clock_timestamp() - xact_start))
         FILTER (WHERE backend_type = 'client backend'), 0)::float8
FROM pg_stat_activity WHERE backend_type = 'client backend'
"""
_KB = 1024.0


def of_server(pid: int) -> dict[str, float]:
    """Of the server's processes together: MB, threads and open files."""
    found = {"pss_mb": 0.0, "rss_mb": 0.0, "threads": 0.0, "files": 0.0}
    for process in [pid, *children(pid)]:
        rollup = _rollup(process)
        found["pss_mb"] += rollup.get("Pss", 0) / _KB
        found["rss_mb"] += rollup.get("Rss", 0) / _KB
        with suppress(OSError):
            found["threads"] += _count(process, "task")
            found["files"] += _count(process, "fd")
    return found


def of_postgres(postmaster: int) -> dict[str, float]:
    """Of all of PostgreSQL's processes: their own memory, and the cache that they share, in MB."""
    found = {"own_mb": 0.0, "shared_mb": 0.0, "processes": 0.0, "files": 0.0}
    for process in [postmaster, *children(postmaster)]:
        rollup = _rollup(process)
        found["own_mb"] += (rollup.get("Pss_Anon", 0) + rollup.get("Pss_File", 0)) / _KB
        found["shared_mb"] += rollup.get("Pss_Shmem", 0) / _KB
        with suppress(OSError):
            found["files"] += _count(process, "fd")
            found["processes"] += 1
    return found


def _count(pid: int, folder: str) -> int:
    return sum(1 for _ in Path(f"/proc/{pid}/{folder}").iterdir())


def _rollup(pid: int) -> dict[str, int]:
    """Kilobytes by name; nothing of a process that has ended meanwhile."""
    with suppress(OSError):
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()[1:]
        return {line.split(":")[0]: int(line.split()[1]) for line in lines}
    return {}


class Books:
    """What PostgreSQL itself tells, by a connection of its administrator's."""

    def __init__(self, connection: Any) -> None:
        self._connection = connection
        self.has_pgstattuple = self._extend()

    def _extend(self) -> bool:
        """The contrib extension, where the machine has it; nothing of MERIS needs it."""
        try:
            self._connection.cursor().execute("CREATE EXTENSION IF NOT EXISTS pgstattuple")
        except psycopg2.Error:
            return False
        return True

    def connections(self) -> dict[str, float]:
        """How many: the web's, all, idle in a transaction; seconds of the oldest transaction."""
        row = self._rows(_CONNECTIONS)[0]
        # this connection itself is one of them
        return {
            "web": float(row[0]),
            "all": float(row[1] - 1),
            "idle_in_transaction": float(row[2]),
            "oldest_s": float(row[3]),
        }

    def tables(self) -> dict[str, dict[str, float]]:
        """Rows, dead rows and bytes of every table; dead and free space where it can be asked."""
        self._rows("SELECT pg_stat_clear_snapshot()")
        names = ("rows", "dead", "vacuums", "heap", "indexes", "bytes")
        found = {row[0]: dict(zip(names, map(float, row[1:]), strict=True))
                 for row in self._rows(_TABLES)}  # fmt: skip
        for name in REWRITTEN:
            if name in found and self.has_pgstattuple:
                told = f"SELECT dead_tuple_percent, free_percent FROM pgstattuple('{name}')"
                dead, free = self._rows(told)[0]
                found[name] |= {"dead_percent": float(dead), "free_percent": float(free)}
        return found

    def database_bytes(self) -> float:
        """The whole database."""
        return float(self._rows("SELECT pg_database_size(current_database())")[0][0])

    def _rows(self, statement: str) -> list[tuple[Any, ...]]:
        with self._connection.cursor() as cursor:
            cursor.execute(statement)
            rows: list[tuple[Any, ...]] = cursor.fetchall()
            return rows
