"""Holding two databases against each other, and spoiling backups, for the tests of these."""

import io
import json
import re
from contextlib import closing, contextmanager

from sqlalchemy import text

from meris import exports
from meris.backup.archive import Reader, Writer
from meris.db import Database
from meris.fields import Home
from tests import makers, people

#: What a restore writes anew, by table: everything else is row for row the same.
ANEW = {
    "change": "xid",
    "unit_position": "xid",
    "notice_delivery": "state, problem",
}
ANEW_TABLES = {"sign_in", "journal_home"}
RIGHTS = """
  SELECT relname, array(SELECT unnest(relacl)::text ORDER BY 1) FROM pg_class
  WHERE relnamespace = 'public'::regnamespace
  UNION ALL SELECT p.oid::regprocedure::text, array(SELECT unnest(proacl)::text ORDER BY 1)
  FROM pg_proc p WHERE pronamespace = 'public'::regnamespace
  UNION ALL SELECT tablename || ' ' || policyname,
    ARRAY[cmd, permissive, roles::text, qual, with_check] FROM pg_policies
  UNION ALL SELECT attrelid::regclass || ' ' || attname,
    array(SELECT unnest(attacl)::text ORDER BY 1)
  FROM pg_attribute WHERE attacl IS NOT NULL AND attrelid > 16384
  ORDER BY 1
"""
SHAPE = """
  SELECT 'trigger', tgrelid::regclass::text, pg_get_triggerdef(oid), tgenabled::text
  FROM pg_trigger WHERE NOT tgisinternal
  UNION ALL SELECT 'constraint', conrelid::regclass::text, conname, pg_get_constraintdef(oid)
  FROM pg_constraint WHERE connamespace = 'public'::regnamespace
  UNION ALL SELECT 'index', tablename, indexname, indexdef FROM pg_indexes
  WHERE schemaname = 'public'
  UNION ALL SELECT 'comment', attrelid::regclass::text, attname, col_description(attrelid, attnum)
  FROM pg_attribute WHERE col_description(attrelid, attnum) IS NOT NULL AND attrelid > 16384
  ORDER BY 1, 2, 3
"""


@contextmanager
def reading(settings):
    database = Database.at(settings.owner_url, pool_size=1)
    with database.reading() as session:
        yield session
    database.dispose()


def digests(session):
    """Of each table: how many rows, and a digest of all of them without what is written anew."""
    tables = session.scalars(
        text(
            "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace"
            " AND relkind = 'r' AND relname <> 'spatial_ref_sys' ORDER BY 1"
        )
    ).all()
    return {name: digest(session, name) for name in tables if name not in ANEW_TABLES}


def digest(session, table):
    anew = [name.strip() for name in ANEW.get(table, "").split(",")]
    row = f"(to_jsonb(t) - ARRAY{anew}::text[])::text"
    query = f"SELECT count(*), md5(string_agg({row}, '|' ORDER BY {row})) FROM {table} t"
    return tuple(session.execute(text(query)).one())


def rows(settings, query, **values):
    with reading(settings) as session:
        return [tuple(row) for row in session.execute(text(query), values)]


def exported(settings):
    """Every export, by kind and format, as the state's administrator gets it."""
    home, files = Home.of(settings.state), {}
    with reading(settings) as session:
        ada = people.Cast(session).viewer("ada")
        for kind in ("shelter", "supply", "unit"):
            for extension in exports.FORMATS:
                out = io.BytesIO()
                count = exports.write(session, ada, exports.Asked(kind), extension, out, home)
                files[kind, extension] = (count, out.getvalue())
    return files


def tidied(found):
    """Without casts and parentheses: those that PostgreSQL adds differ after each reading."""
    return [re.sub(r"::[a-z]+( varying)?(\[\])?|[() ]", "", str(row)) for row in found]


def flipped(file):
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    return bytes(content)


def rewritten(file, change):
    """The archive with another manifest, and digests that agree with it."""
    reader, out = Reader(file), io.BytesIO()
    writer = Writer(out)
    for part in reader.manifest.parts:
        writer.add(part.name, reader.chunks(part.name))
    told = change(json.loads(reader.text("manifest.json")))
    writer.add("manifest.json", [json.dumps(told).encode()])
    writer.finish()
    return out.getvalue()


def databases(cluster):
    with closing(cluster.server.connect("postgres")) as connection:
        cursor = connection.cursor()
        cursor.execute("SELECT datname FROM pg_database WHERE NOT datistemplate ORDER BY 1")
        return [name for (name,) in cursor if name != "postgres"]


def furnish(session):
    """Of everything that moves a little, with a unit on its way and somebody signed in."""
    boone = makers.agency(session)
    for number in range(30):
        makers.shelter(session, name=f"School №{number} “Café”", agency_id=boone)
    site = makers.supply_site(session, name="Depot; with, signs\t'\\", agency_id=boone)
    makers.stock(session, site)
    engine = makers.unit(session, name="E12", agency_id=boone)
    makers.fix(session, engine, makers.COLUMBIA)
    makers.assignment(session, engine, makers.incident(session))
    people.account(session, "ada")
    dana = people.account(session, "dana")
    signed_in = "INSERT INTO sign_in (account_id, token_hash) VALUES (:id, 'x')"
    session.execute(text(signed_in), {"id": dana.id})
