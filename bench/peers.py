"""Bounding boxes over HTTP on the same table: ours, tipg and pygeoapi, beside bare SQL.

Each peer runs in a virtual environment of its own, made from bench/peers-NAME.txt and kept in
.cache/bench; what does not install or start is told in the table with the reason. The peers answer
GeoJSON with four properties, one page of 200, straight from the table as its owner. MERIS has no
such question: its browser already has every place (bench/snapshot.py) and asks for the lines of the
200 in view, with what a person reads there. All are asked for the same boxes, one after another on
one open line.
"""

import hashlib
import http.client
import json
import os
import random
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

from sqlalchemy import Engine, make_url, text

from bench.rows import Findings, Row
from bench.world import World, free_port, wait_for_port
from geo.values import SRID
from meris.accounts import Viewer, agencies, tokens
from meris.db import SYSTEM, Database, engine_at

#: The first time; later the environments are there.
MINUTES = 4
BOXES, WARM_UP, PAGE = 60, 5, 200
_HERE = Path(__file__).parent
_KEPT = _HERE.parent / ".cache" / "bench"
_PROPERTIES = "id,name,kind,status"
_BARE = text(
    "SELECT id, name, kind, status, ST_AsGeoJSON(position) FROM resource"
    f" WHERE position && ST_MakeEnvelope(:w, :s, :e, :n, {SRID}) LIMIT {PAGE}"
)
Box = dict[str, float]
#: A path to ask for, for a box.
Path_ = Callable[[Box], str]


def run(world: World) -> Findings:
    """Milliseconds of one answer each."""
    size = f"{world.resources:,} resources, {PAGE} of a box"
    engine = engine_at(world.settings.owner_url or "", pool_size=1)
    boxes = [_box(number) for number in range(BOXES)]
    known = [_bare(engine, box) for box in boxes]
    bare = [_spent(lambda box=box: _bare(engine, box)) for box in boxes][WARM_UP:]
    told = {"size": size, "floor_is": "bare SQL, fetched"}
    rows = [Row.compared("a box over HTTP: MERIS", _ours(world, known), bare, **told)]
    for name, started in (("tipg", _tipg), ("pygeoapi", _pygeoapi)):
        rows.append(_peer(world, name, started, boxes, bare, told))
    engine.dispose()
    return Findings(rows)


def _box(number: int) -> Box:
    chance = random.Random(number)
    south, west = chance.uniform(36.8, 39.6), chance.uniform(-94.8, -91.0)
    return {"w": west, "s": south, "e": west + 0.8, "n": south + 0.6}


def _bare(engine: Engine, box: Box) -> list[int]:
    with engine.connect() as connection:
        return [row[0] for row in connection.execute(_BARE, box).all()]


def _spent(work: Callable[[], object]) -> float:
    begun = time.perf_counter()
    work()
    return (time.perf_counter() - begun) * 1000


def _ours(world: World, known: list[list[int]]) -> list[float]:
    """The list's lines for the ids that lie in each box."""
    database = Database.at(world.settings.database_url or "", pool_size=1)
    with database.transaction(SYSTEM) as session:
        agency = agencies.add(session, "Bench Peers", kind="ngo", county=None)
        viewer = Viewer("Bench", roles=frozenset({"state"}))
        token = tokens.create(session, viewer, name="Bench", role="county_editor", agency=agency)
    database.dispose()
    paths = [f"/api/resources?ids={','.join(map(str, ids))}" for ids in known]
    with world.served() as (address, _):
        return _times(address, paths, {"Authorization": f"Bearer {token.secret}"})[0]


def _times(address: str, paths: list[str], headers: dict[str, str]) -> tuple[list[float], float]:
    """Milliseconds of each answer after the first few, and how many things one held."""
    where = urlsplit(address)
    line = http.client.HTTPConnection(where.hostname or "", where.port, timeout=60)
    taken, found = [], 0
    for path in paths:
        begun = time.perf_counter()
        line.request("GET", path, headers=headers)
        answer = line.getresponse()
        body = answer.read()
        taken.append((time.perf_counter() - begun) * 1000)
        if answer.status != 200:
            raise RuntimeError(f"{answer.status}: {body[:200].decode(errors='replace')}")
        told = json.loads(body)
        found += len(told.get("features", told.get("resources", [])))
    line.close()
    return taken[WARM_UP:], found / len(paths)


def _peer(
    world: World, name: str, started: Any, boxes: list[Box], bare: list[float], told: dict[str, str]
) -> Row:
    what = f"a box over HTTP: {name}"
    try:
        programs = _installed(name)
        port = free_port()
        with started(world, programs, port) as path:
            paths = [path(box) for box in boxes]
            taken, each = _times(f"http://127.0.0.1:{port}", paths, {})
    except (OSError, RuntimeError, subprocess.SubprocessError, http.client.HTTPException) as error:
        return Row(what, told["size"], note=f"not measured: {str(error)[:200]}")
    return Row.compared(
        what, taken, bare, note=f"{_version(programs, name)}, {each:.0f} each", **told
    )


def _installed(name: str) -> Path:
    """The programs of the peer's environment, made when its requirements have changed."""
    wanted = _HERE / f"peers-{name}.txt"
    mark = hashlib.sha256(wanted.read_bytes()).hexdigest()[:12]
    folder = _KEPT / f"{name}-{mark}"
    if not (folder / "complete").exists():
        subprocess.run([sys.executable, "-m", "venv", "--clear", folder], check=True)
        pip = [folder / "bin" / "pip", "install", "--quiet", "--require-hashes", "-r", wanted]
        done = subprocess.run(pip, stderr=subprocess.PIPE, text=True, check=False, timeout=300)
        if done.returncode:
            raise RuntimeError(f"pip: {done.stderr.strip().splitlines()[-1]}")
        (folder / "complete").touch()
    return folder / "bin"


def _version(programs: Path, name: str) -> str:
    asked = f"from importlib.metadata import version; print(version({name!r}))"
    done = subprocess.run(
        [programs / "python", "-c", asked], stdout=subprocess.PIPE, text=True, check=True
    )
    return f"{name} {done.stdout.strip()}"


@contextmanager
def _tipg(world: World, programs: Path, port: int) -> Iterator[Path_]:
    url = make_url(world.settings.owner_url or "")
    host = quote(str(url.query.get("host") or url.host), safe="")
    where, secret = f"{host}:{url.port or 5432}", quote(url.password or "", safe="")
    environ = {
        "DATABASE_URL": f"postgresql://{url.username}:{secret}@{where}/{url.database}",
        "TIPG_DB_TABLES": '["public.resource"]',
    }
    command = [programs / "python", "-m", "uvicorn", "tipg.main:app", "--port", str(port),
               "--log-level", "error"]  # fmt: skip
    with _running(command, environ, world.home, port):
        yield (
            lambda box: (
                f"/collections/public.resource/items?f=geojson&limit={PAGE}&properties={_PROPERTIES}"
                f"&bbox={box['w']},{box['s']},{box['e']},{box['n']}"
            )
        )


@contextmanager
def _pygeoapi(world: World, programs: Path, port: int) -> Iterator[Path_]:
    config, opened = world.home / "pygeoapi.json", world.home / "pygeoapi-openapi.json"
    config.write_text(json.dumps(_configuration(world, port)))
    config.chmod(0o600)
    environ = {"PYGEOAPI_CONFIG": str(config), "PYGEOAPI_OPENAPI": str(opened)}
    make = [programs / "pygeoapi", "openapi", "generate", config, "--output-file", opened]
    done = subprocess.run(
        make, env={**os.environ, **environ}, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
        text=True, check=False,
    )  # fmt: skip
    if done.returncode:
        raise RuntimeError(f"pygeoapi openapi: {done.stderr.strip().splitlines()[-1]}")
    command = [programs / "gunicorn", "--bind", f"127.0.0.1:{port}", "--worker-class", "gthread",
               "--threads", "8", "--log-level", "error", "pygeoapi.flask_app:APP"]  # fmt: skip
    with _running(command, environ, world.home, port):
        yield (
            lambda box: (
                f"/collections/resource/items?f=json&limit={PAGE}&properties={_PROPERTIES}"
                f"&bbox={box['w']},{box['s']},{box['e']},{box['n']}"
            )
        )


def _configuration(world: World, port: int) -> dict[str, Any]:
    """The least that pygeoapi asks for."""
    url = make_url(world.settings.owner_url or "")
    address = f"http://127.0.0.1:{port}"
    words = {"title": "Bench", "description": "Bench", "keywords": ["bench"]}
    who = {"name": "Bench", "url": address}
    return {
        "server": {
            "bind": {"host": "127.0.0.1", "port": port}, "url": address, "encoding": "utf-8",
            "mimetype": "application/json; charset=UTF-8", "language": "en-US", "gzip": False,
            "limits": {"default_items": PAGE, "max_items": PAGE},
            "map": {"url": address, "attribution": "none"},
        },
        "logging": {"level": "ERROR"},
        "metadata": {
            "identification": {**words, "keywords_type": "theme", "terms_of_service": address,
                               "url": address},
            "license": who, "provider": who, "contact": who,
        },
        "resources": {"resource": {
            "type": "collection", **words,
            "links": [{"type": "text/html", "rel": "canonical", "href": address}],
            "extents": {"spatial": {"bbox": [-180, -90, 180, 90]}},
            "providers": [{
                "type": "feature", "name": "PostgreSQL", "id_field": "id", "table": "resource",
                "geom_field": "position",
                "data": {"host": str(url.query.get("host") or url.host), "port": url.port or 5432,
                         "dbname": url.database, "user": url.username, "password": url.password,
                         "search_path": ["public"]},
            }],
        }},
    }  # fmt: skip


@contextmanager
def _running(
    command: list[Any], environ: dict[str, str], folder: Path, port: int
) -> Iterator[None]:
    with (folder / "peer.log").open("w+") as log:
        server = subprocess.Popen(
            command, env={**os.environ, **environ}, cwd=folder, stdout=log, stderr=log
        )
        try:
            wait_for_port(port)
            yield
        except RuntimeError as error:
            last = (folder / "peer.log").read_text().strip().splitlines()[-1:] or [""]
            raise RuntimeError(f"{error} {last[0]}") from error
        finally:
            server.terminate()
            server.wait(20)
