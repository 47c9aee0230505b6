"""What who runs MERIS looks at: probes, metrics, logs, static files, the API's description."""

import gzip
import json
import re
from dataclasses import replace

import brotli
import pytest
from openapi_spec_validator import validate
from sqlalchemy import text
from structlog.testing import capture_logs

from meris import fields, migrations
from meris.db import Database, engine_at
from meris.web import assets, openapi
from tests.people import PASSWORD
from tests.web.forms import another, app_with, log_in, words

OPEN_DATABASE = "postgresql+psycopg2://nobody:x@127.0.0.1:1/none"


@pytest.fixture
def without_database(settings):
    return another(app_with(settings, Database.at(OPEN_DATABASE)))


# Probes


def test_a_living_process_answers_even_without_its_database(without_database):
    assert without_database.get("/healthz").status_code == 200
    answer = without_database.get("/readyz")
    assert (answer.status_code, answer.json["checks"]["database"]) == (503, False)


def test_ready_means_every_part_and_a_restored_journal_that_is_adopted(settings, fresh_database):
    """A copy of a database is to its journal what a restore is: another place."""
    urls = fresh_database
    here = settings.at(database_url=urls.web, owner_url=urls.owner)
    database = Database.at(urls.web, pool_size=1)
    client = another(app_with(here, database))
    before = client.get("/readyz")
    assert (before.status_code, before.json["checks"]["journal"]) == (503, False)
    assert "meris db migrate" in before.json["because"]["journal"]
    migrations.migrate(here)
    after = client.get("/readyz")
    checks = dict.fromkeys(after.json["checks"], True)
    assert after.json == {"ready": True, "checks": checks, "because": {}}
    assert set(after.json["checks"]) == {"database", "schema", "journal", "feed"}
    database.dispose()


def test_an_old_schema_is_not_ready(settings, fresh_database):
    here = settings.at(database_url=fresh_database.web, owner_url=fresh_database.owner)
    owner = engine_at(fresh_database.owner, pool_size=1)
    with owner.begin() as connection:
        migrations.downgrade(connection, "0001")
    owner.dispose()
    database = Database.at(fresh_database.web, pool_size=1)
    answer = another(app_with(here, database)).get("/readyz")
    assert (answer.status_code, answer.json["checks"]["schema"]) == (503, False)
    database.dispose()


def test_without_a_database_people_and_programs_are_told_to_wait(without_database):
    program, person = without_database.get("/api/search?q=x"), without_database.get("/fields")
    assert (program.status_code, program.json["error"]) == (503, "not_ready")
    assert program.headers["Retry-After"] == "5"
    assert person.status_code == 200, "what needs no database still works"


# Metrics


def test_metrics_count_answers_and_name_the_version(settings, database, session):
    client = another(app_with(settings, database))
    client.get("/fields")
    client.sign_in(session, "ada")
    page = client.get("/metrics").get_data(as_text=True)
    assert 'meris_requests_total{endpoint="fields.columns",method="GET",status="200"} 1.0' in page
    assert "meris_request_seconds_bucket" in page
    assert "meris_feed_clients 0.0" in page
    assert "meris_db_connections_in_use" in page
    assert re.search(r'meris_info\{version="[^"]+"\}', page)


def test_metrics_open_to_who_shows_the_token(settings, database):
    client = another(app_with(replace(settings, metrics_token="let me measure"), database))
    assert client.get("/metrics").status_code == 401
    wrong = {"Authorization": "Bearer let me guess"}
    assert client.get("/metrics", headers=wrong).status_code == 401
    right = {"Authorization": "Bearer let me measure"}
    assert client.get("/metrics", headers=right).status_code == 200


def test_uploads_are_counted(client, session):
    session.execute(
        text(
            "WITH a AS (INSERT INTO agency (name, kind) VALUES ('X', 'other') RETURNING id)"
            " INSERT INTO upload (agency_id, kind, filename, size, sha256, state)"
            " SELECT id, 'shelter', 'a.csv', 1, 'x', 'applied' FROM a"
        )
    )
    client.sign_in(session, "ada")
    page = client.get("/metrics").get_data(as_text=True)
    assert 'meris_uploads{kind="shelter",state="applied"} 1.0' in page


# Logs


@pytest.fixture
def logged(settings, database):
    """A browser at a MERIS that logs as much as an installation does."""
    return another(app_with(replace(settings, log_level="info"), database))


def test_a_request_is_logged_with_its_route_and_not_its_query(logged, session):
    client = logged
    viewer = client.sign_in(session, "carol")
    with capture_logs() as logs:
        client.get("/api/search?q=secret+words", headers={"X-Request-Id": "incident-42-abc"})
    (line,) = [entry for entry in logs if entry["event"] == "request"]
    assert (line["route"], line["status"], line["who"]) == ("/api/search", 200, viewer.account_id)
    assert line["ms"] >= 0
    assert "secret" not in str(logs)


@pytest.mark.parametrize("given", ["", "short", "x" * 65, "a b c d e f", 'quote"quote'])
def test_a_request_id_that_is_none_is_replaced(client, given):
    answer = client.get("/healthz", headers={"X-Request-Id": given})
    assert re.fullmatch(r"[0-9a-f]{16}", answer.headers["X-Request-Id"])


def test_a_request_id_is_passed_on(client):
    answer = client.get("/healthz", headers={"X-Request-Id": "incident-42-abc"})
    assert answer.headers["X-Request-Id"] == "incident-42-abc"


def test_log_ins_failures_and_denials_are_logged_without_what_was_typed(logged, cast):
    client = logged
    carol = cast.account("carol")
    with capture_logs() as logs:
        log_in(client, password="my other password")
        log_in(client)
        client.get("/metrics")
    events = [entry["event"] for entry in logs if entry["event"] != "request"]
    assert events == ["log-in failed", "logged in", "denied"]
    written = str(logs)
    assert "my other password" not in written
    assert PASSWORD not in written
    assert carol.email not in written


def test_a_fault_is_logged_with_its_place_and_without_the_values_there(settings, database, capsys):
    app = app_with(replace(settings, log_level="info"), database)
    app.config.update(TESTING=False, PROPAGATE_EXCEPTIONS=False)

    def broken():
        password = "a secret in a variable"
        raise RuntimeError(f"of {len(password)} letters\nand two lines")

    app.view_functions["fields.columns"] = broken
    another(app).get("/fields")
    lines = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    (fault,) = [line for line in lines if line["event"] == "broke"]
    assert fault["exception"][0]["exc_value"] == "of 22 letters\nand two lines"
    assert fault["request_id"] == lines[-1]["request_id"]
    assert "a secret" not in json.dumps(lines)


# Static files


def test_static_files_are_packed_and_kept_for_ever(client, app):
    with app.test_request_context():
        address = app.jinja_env.globals["static_url"]("css/base.css")
    plain = client.get(address, buffered=True)
    packed = client.get(address, headers={"Accept-Encoding": "gzip, br"}, buffered=True)
    zipped = client.get(address, headers={"Accept-Encoding": "gzip"}, buffered=True)
    assert "immutable" in plain.headers["Cache-Control"]
    assert packed.headers["Content-Encoding"] == "br"
    assert brotli.decompress(packed.data) == plain.data == gzip.decompress(zipped.data)
    assert plain.headers["X-Content-Type-Options"] == "nosniff"


def test_a_page_from_before_an_upgrade_gets_todays_file_for_a_short_time(client):
    answer = client.get("/static/0000000000000000/css/base.css", buffered=True)
    assert answer.status_code == 200
    assert "max-age=60" in answer.headers["Cache-Control"]
    assert "immutable" not in answer.headers["Cache-Control"]
    assert client.get("/static/0000000000000000/css/none.css").status_code == 404


def test_a_second_start_finds_the_files_prepared(app, settings, database):
    folder = app.extensions["static_folder"]
    made = folder.stat().st_ctime_ns
    again = app_with(settings, database)
    assert again.extensions["static_folder"] == folder
    assert folder.stat().st_ctime_ns == made


def test_a_home_that_cannot_be_written_does_not_stop_the_start(
    settings, database, tmp_path, monkeypatch
):
    (tmp_path / "static").write_text("in the way")
    # where the files go instead; and to compress them all once more is not the question here
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    monkeypatch.setattr(assets, "_compress", lambda _path: None)
    client = another(app_with(replace(settings, home=tmp_path), database))
    address = re.search(r"/static/\w+/css/base.css", client.get("/log-in").get_data(as_text=True))
    assert client.get(address.group(), buffered=True).status_code == 200


# The API's description


def test_the_description_is_valid(client):
    validate(client.get("/api/openapi.json").json)


def test_every_route_of_the_api_is_described_with_its_query_and_answers(app, client):
    paths = client.get("/api/openapi.json").json["paths"]
    for rule in openapi.routes(app):
        path = re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule.rule)
        for method in openapi.methods(rule):
            assert paths[path][method.lower()]["summary"], (path, method)
            assert (rule.rule, method) in openapi.DETAILS, f"tell openapi.DETAILS of {rule.rule}"


def test_nothing_is_described_that_is_not_there(app):
    routes = {
        (rule.rule, method) for rule in openapi.routes(app) for method in openapi.methods(rule)
    }
    assert set(openapi.DETAILS) <= routes


def test_the_kinds_are_described_by_the_catalogue(client):
    schemas = client.get("/api/openapi.json").json["components"]["schemas"]
    names = {field.name for field in fields.of("shelter")}
    assert set(schemas["Shelter"]["properties"]) == names


def test_answers_have_the_members_that_are_described(client):
    schemas = client.get("/api/openapi.json").json["components"]["schemas"]
    assert set(schemas["Map"]["required"]) <= set(client.get("/api/map").json)
    assert set(schemas["Found"]["required"]) <= set(client.get("/api/search?q=Columbia").json)
    assert json.dumps(schemas)


# Help on columns


def test_every_column_of_every_kind_has_its_help(client):
    html = client.get("/fields").get_data(as_text=True)
    for kind in fields.ROW_KINDS:
        for field in fields.of(kind):
            assert f'id="{kind}-{field.name}"' in html


@pytest.mark.parametrize("kind", fields.ROW_KINDS)
def test_a_template_is_a_file_that_excel_reads(client, kind):
    answer = client.get(f"/fields/{kind}.csv")
    assert answer.data.startswith(b"\xef\xbb\xbf")
    assert answer.data.decode("utf-8-sig") == fields.template_csv(kind)
    assert "attachment" in answer.headers["Content-Disposition"]


def test_an_unknown_template_is_named(client):
    answer = client.get("/fields/castles.csv")
    assert answer.status_code == 404
    assert "The kinds are shelter, supply, unit" in words(answer)
