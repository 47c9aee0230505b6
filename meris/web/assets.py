"""Static files: the whole tree under one hash, compressed once, kept by browsers for ever.

Because the hash is a folder, files name one another by relative addresses and nothing is rewritten.
"""

import gzip
import hashlib
import shutil
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from wsgiref.headers import Headers

import brotli
import structlog
from flask import Blueprint, Flask, Response, current_app, send_from_directory
from whitenoise import WhiteNoise

from meris.errors import NotFound, Refused
from meris.web import bundle, palette

log = structlog.get_logger(__name__)

files = Blueprint("assets", __name__)

#: Formats that are compressed already.
_PACKED = {".png", ".jpg", ".jpeg", ".webp", ".gif", ".woff2", ".gz", ".br", ".pmtiles"}
_SMALLEST = 200
_SHORT_SECONDS = 60
_DAY_SECONDS = 24 * 3600
_HASH_LENGTH = 16
#: Entry scripts that come with all they import at once.
_BUNDLED = ("js/phone/app.js",)
#: Style sheets that are loaded without vars.css.
_ALONE = ("css/phone.css",)
#: A worker's rules are those of its own file, so scripts carry some too.
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:;"
    " connect-src 'self'; frame-ancestors 'none'"
)


def shipped(name: str) -> Path:
    """A folder that comes with MERIS: inside the installed package, or beside it in a checkout."""
    package = Path(__file__).parent.parent
    for folder in (package / name, package.parent / name):
        if folder.is_dir():
            return folder
    raise Refused(f"The folder {name} is missing. Run make setup.")


def init_app(app: Flask, home: Path) -> None:
    """Serve the shipped static files; prepares them where that was not done yet."""
    source = shipped("static")
    version = _version(source)
    folder = _prepared(source, home / "static", version)
    app.extensions["static_version"] = version
    app.extensions["static_folder"] = folder
    app.jinja_env.globals["static_url"] = static_url
    app.wsgi_app = WhiteNoise(  # type: ignore[method-assign]
        app.wsgi_app,
        root=folder,
        prefix=f"static/{version}",
        immutable_file_test=lambda _path, _url: True,
        allow_all_origins=False,
        add_headers_function=_add_headers,
    )


def static_url(name: str) -> str:
    """The address of a static file, or of a folder of them, in this version."""
    return f"/static/{current_app.extensions['static_version']}/{name}"


@files.get("/static/<version>/<path:name>")
def other_version(version: str, name: str) -> Response:
    """What a page from before an upgrade asks for: today's file of that name, kept shortly."""
    if version == current_app.extensions["static_version"]:
        raise NotFound(f"There is no file {name}.")
    response = send_from_directory(
        current_app.extensions["static_folder"], name, max_age=_SHORT_SECONDS
    )
    response.headers["Content-Security-Policy"] = _POLICY
    return response


@files.get("/favicon.ico")
def favicon() -> Response:
    """For browsers that ask without reading the page."""
    return send_from_directory(
        current_app.extensions["static_folder"], "img/icon.svg", max_age=_SHORT_SECONDS
    )


def _add_headers(headers: Headers, _path: str, _url: str) -> None:
    headers["X-Content-Type-Options"] = "nosniff"
    headers["Cross-Origin-Resource-Policy"] = "same-origin"
    headers["Content-Security-Policy"] = _POLICY


def _files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())


def _version(source: Path) -> str:
    # what is made of the files depends on how
    digest = hashlib.sha256()
    digest.update(Path(bundle.__file__).read_bytes() + Path(palette.__file__).read_bytes())
    for path in _files(source):
        digest.update(str(path.relative_to(source)).encode() + b"\0")
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()[:_HASH_LENGTH]


def _prepared(source: Path, store: Path, version: str) -> Path:
    """The folder with this version's files, made unless it is there."""
    try:
        store.mkdir(parents=True, exist_ok=True)
        return _prepare(source, store, version)
    except OSError as error:
        elsewhere = Path(tempfile.mkdtemp(prefix="meris-static-"))
        log.warning("static files are kept elsewhere", folder=str(elsewhere), why=error.strerror)
        return _prepare(source, elsewhere, version)


def _prepare(source: Path, store: Path, version: str) -> Path:
    ready = store / version
    if ready.is_dir():
        return ready
    # under another name first, so that half a folder never looks whole
    fresh = Path(tempfile.mkdtemp(dir=store, prefix=".new-"))
    fresh.chmod(0o755)
    shutil.copytree(source, fresh, dirs_exist_ok=True)
    for name in _BUNDLED:
        (fresh / name).write_text(bundle.bundled(source / name))
    variables = (source / "css" / "vars.css").read_text()
    for name in _ALONE:
        sheet = (source / name).read_text()
        (fresh / name).write_text(palette.stand_alone(sheet, variables, "chosen"))
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(_compress, _files(fresh)))
    if ready.is_dir():
        shutil.rmtree(fresh)  # another process was faster
    else:
        fresh.rename(ready)
    _remove_old(store, ready)
    return ready


def _compress(path: Path) -> None:
    if path.suffix in _PACKED or path.stat().st_size < _SMALLEST:
        return
    content = path.read_bytes()
    for suffix, packed in (
        (".br", brotli.compress(content, quality=10)),
        (".gz", gzip.compress(content, 9, mtime=0)),
    ):
        if len(packed) < 0.95 * len(content):
            path.with_name(path.name + suffix).write_bytes(packed)


def _remove_old(store: Path, ready: Path) -> None:
    """Versions of a day ago and longer; a younger one may still be served by another process."""
    for folder in store.iterdir():
        if folder != ready and time.time() - folder.stat().st_mtime > _DAY_SECONDS:
            shutil.rmtree(folder, ignore_errors=True)
