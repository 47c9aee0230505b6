"""The application: its parts, wired. What is behind each address is in `meris.web`."""

import os
import secrets
from contextlib import suppress
from pathlib import Path

from flask import Blueprint, Flask
from werkzeug.middleware.proxy_fix import ProxyFix

from meris.db import Database, open_database
from meris.feed import Hub
from meris.positions import Intake
from meris.settings import Settings
from meris.uploads.geocoder import home_of
from meris.web import (
    accounts,
    areas_api,
    assets,
    assignments_api,
    audit,
    boards,
    by_hand,
    commands_api,
    doors,
    errors,
    exports,
    feed,
    freshness,
    headers,
    health,
    incident_list,
    incidents_api,
    ingest,
    items,
    languages,
    live,
    logs,
    map,  # noqa: A004  # it is the map
    metrics,
    moments,
    nav,
    notices_api,
    openapi,
    page_words,
    pages,
    people,
    phone,
    phone_api,
    phone_files,
    placing,
    placing_api,
    positions,
    recommend_api,
    records,
    requests,
    requests_api,
    requests_paper,
    requests_writes,
    resources,
    rules,
    running_out,
    running_out_api,
    scorecard,
    security,
    sending,
    sessions,
    shipments,
    shipments_api,
    site_records,
    stocktakes,
    styleguide,
    supplies,
    supplies_api,
    tokens,
    trails_api,
    upload_steps,
    uploads,
    uploads_api,
    uploads_api_rows,
)
from meris.web.context import Context, context, parts_of
from meris.web.doors import Door, may, meter, person, public, reporter, unasked
from meris.web.front import Desks, Front
from meris.web.public_desk import PublicDesk

#: Every blueprint, and who may enter. Flask-Security's pages look after themselves.
DOORS: tuple[tuple[Blueprint | str, Door], ...] = (
    # blueprint          who may enter
    (assets.files,       unasked),
    (phone_files.files,  unasked),
    (health.probes,      unasked),
    (metrics.page,       meter),
    (map.pages,          public),
    (map.api,            public),
    (feed.api,           public),
    (live.api,           public),
    (resources.api,      public),
    (resources.writes,   person),
    (incidents_api.api,  may("see_staff")),
    (assignments_api.api, may("see_staff")),
    (recommend_api.api,  may("see_staff")),
    (areas_api.api,      public),
    (areas_api.writes,   person),
    (commands_api.api,   may("see_staff")),
    (notices_api.api,    person),
    (trails_api.api,     may("see_staff")),
    (phone.pages,        reporter),
    (phone_api.api,      reporter),
    (positions.pages,    reporter),
    (positions.api,      reporter),
    (boards.pages,       may("see_staff")),
    (boards.api,         may("see_staff")),
    (incident_list.pages, may("see_staff")),
    (incident_list.writes, may("dispatch")),
    (placing.pages,      may("see_staff")),
    (placing_api.api,    may("see_staff")),
    (requests.pages,     may("see_staff")),
    (requests_writes.pages, may("see_staff")),
    (requests_paper.pages, may("see_staff")),
    (requests_api.api,   may("see_staff")),
    (supplies.pages,     may("see_staff")),
    (supplies_api.api,   may("see_staff")),
    (items.pages,        may("see_staff")),
    (items.api,          may("see_staff")),
    (shipments.pages,    may("see_staff")),
    (shipments_api.api,  may("see_staff")),
    (stocktakes.pages,   may("see_staff")),
    (stocktakes.api,     may("see_staff")),
    (running_out.pages,  may("see_staff")),
    (running_out_api.api, may("see_staff")),
    (openapi.api,        public),
    (pages.pages,        public),
    ("security",         public),
    (accounts.pages,     person),
    (tokens.pages,       may("tokens")),
    (people.pages,       may("accounts")),
    (records.pages,      may("see_staff")),
    (exports.pages,      may("see_staff")),
    (exports.api,        may("see_staff")),
    (rules.pages,        may("see_staff")),
    (freshness.pages,    may("see_staff")),
    (freshness.api,      may("see_staff")),
    (site_records.pages, may("see_staff")),
    (site_records.api,   may("see_staff")),
    (styleguide.pages,   may("accounts")),
    (scorecard.pages,    may("scorecard")),
    (scorecard.api,      may("scorecard")),
    (audit.pages,        may("audit")),
    (audit.api,          may("audit")),
    (uploads.pages,      may("upload")),
    (upload_steps.pages, may("upload")),
    (by_hand.pages,      may("upload")),
    (uploads_api.api,    may("upload")),
    (uploads_api_rows.api, may("upload")),
)  # fmt: skip


def create_app(settings: Settings, database: Database | None = None) -> Flask:
    """MERIS as a WSGI application, on `database` or the one that the settings name."""
    app = Flask("meris", template_folder=str(assets.shipped("templates")), static_folder=None)
    logs.configure(settings.log_level)
    app.config["TESTING"] = settings.environment == "test"
    stand_on(app, settings, database or open_database(settings))
    logs.init_app(app)
    languages.init_app(app)
    headers.init_app(app, settings)
    metrics.init_app(app)
    errors.init_app(app)
    sending.init_app(app)
    sessions.init_app(app)
    doors.init_app(app)
    security.init_app(app, settings, secret_key(settings))
    for blueprint, door in DOORS:
        doors.hang(app, blueprint, door)
    assets.init_app(app, settings.home)
    moments.init_app(app)
    page_words.init_app(app)
    phone_files.init_app(app)
    app.context_processor(_for_every_page)
    _trust_proxies(app, settings.trusted_proxies)
    # in front of everything: a thousand requests a second are not Flask's to count and log
    app.wsgi_app = Front(app.wsgi_app, lambda: parts_of(app).desks)  # type: ignore[method-assign]
    return app


def stand_on(app: Flask, settings: Settings, database: Database) -> None:
    """Have an application do everything on `database` from here on, and know nothing of another.

    The settings are those that it was made with.
    """
    app.extensions["meris"] = _parts(settings, database)


def secret_key(settings: Settings) -> str:
    """The key that signs cookies: from the environment, or made once and kept in the home."""
    if settings.secret_key:
        return settings.secret_key
    file = settings.home / "secret.key"
    file.parent.mkdir(parents=True, exist_ok=True)
    with suppress(FileExistsError):
        _write_once(file, secrets.token_urlsafe(32))
    return file.read_text().strip()


def _write_once(file: Path, text: str) -> None:
    """All of the text or no file, and never over another process's."""
    fresh = file.with_name(f"{file.name}.{os.getpid()}")
    fresh.touch(mode=0o600)
    fresh.write_text(text + "\n")
    try:
        os.link(fresh, file)
    finally:
        fresh.unlink()


def _parts(settings: Settings, database: Database) -> Context:
    home, intake = home_of(settings), Intake(database)
    to_all = PublicDesk(database, settings, home)
    return Context(
        settings=settings,
        whole=database,
        hub=Hub(database),
        home=home,
        intake=intake,
        public=to_all,
        desks=Desks([ingest.Desk(intake), to_all]),
    )


def _for_every_page() -> dict[str, object]:
    seen = sessions.visit()
    return {
        "visit": seen,
        "viewer": seen.viewer if seen.viewer.signed_in else None,
        "exercise": context().settings.exercise,
        "home_zone": str(context().home.zone),
        "home_distances": context().home.distances.code,
        "nav_menu": nav.menu(seen.viewer),
        "nav_bar": nav.bar(seen.viewer),
    }


def _trust_proxies(app: Flask, count: int) -> None:
    """Believe what so many reverse proxies say of the client; the innermost cannot be forged."""
    if count:
        app.wsgi_app = ProxyFix(  # type: ignore[method-assign]
            app.wsgi_app, x_for=count, x_proto=count, x_host=count
        )
