-- The journal, sealed (docs/adr/0017): a chain of hashes over its rows, made behind the writers.

CREATE TABLE journal_seal (
  n bigint CONSTRAINT pk_journal_seal PRIMARY KEY,
  kind varchar NOT NULL CONSTRAINT ck_journal_seal_kind CHECK (kind IN ('rows', 'let_go')),
  sealed_at timestamptz NOT NULL,
  home varchar NOT NULL,
  since pg_snapshot,
  until pg_snapshot NOT NULL,
  whole boolean NOT NULL,
  ids int8multirange NOT NULL,
  rows bigint NOT NULL,
  row_hashes bytea NOT NULL,
  rows_hash bytea NOT NULL,
  previous bytea NOT NULL,
  hash bytea NOT NULL,
  by_name varchar,
  reason varchar
);
-- hashes do not compress
ALTER TABLE journal_seal ALTER COLUMN row_hashes SET STORAGE EXTERNAL;
CREATE INDEX ix_journal_seal_sealed_at ON journal_seal (sealed_at);
COMMENT ON COLUMN journal_seal.n IS 'from 1, without gaps';
COMMENT ON COLUMN journal_seal.kind IS 'rows: seals them; let_go: says that they were removed';
COMMENT ON COLUMN journal_seal.home IS 'journal_identity() then; the snapshots mean something there';
COMMENT ON COLUMN journal_seal.since IS 'null: whatever no seal held yet';
COMMENT ON COLUMN journal_seal.until IS 'the moment whose rows are sealed';
COMMENT ON COLUMN journal_seal.whole IS 'nothing of the stretch since … until is left';
COMMENT ON COLUMN journal_seal.ids IS 'exactly the rows of change that it is about';
COMMENT ON COLUMN journal_seal.row_hashes IS '32 bytes a row, in the order of their ids';
COMMENT ON COLUMN journal_seal.rows_hash IS 'SHA-256 of row_hashes';
COMMENT ON COLUMN journal_seal.previous IS 'hash of seal n - 1; zeros before the first';

-- PostgreSQL's binary form of an array of text: every part after its length, null as -1, so that
-- no two rows look alike. xid is left out: it changes when a backup is restored.
-- One expression: it is inlined, and each column is turned to text once.
CREATE FUNCTION journal_row_hash(c change) RETURNS bytea LANGUAGE sql STABLE AS $$
  SELECT sha256(array_send(ARRAY[
    'meris.change.1', c.id::text,
    to_char(c.at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
    c.actor_id::text, c.agency_id::text, c.actor_name, c.table_name, c.row_id,
    c.resource_id::text, c.operation, c.before::text, c.after::text, c.upload_id::text]))
$$;

CREATE FUNCTION journal_seal_hash(s journal_seal) RETURNS bytea LANGUAGE sql STABLE AS $$
  SELECT sha256(array_send(ARRAY[
    'meris.seal.1', s.n::text, s.kind,
    to_char(s.sealed_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
    s.home, s.since::text, s.until::text, s.whole::text, s.ids::text, s.rows::text,
    encode(s.rows_hash, 'hex'), encode(s.previous, 'hex'), s.by_name, s.reason]))
$$;

-- The next rows of a stretch in the order of their ids, not before `low`. Without `since`: rows
-- that are in no seal, whatever their transaction; one from the future is of a cluster before a
-- restore, which nothing has adopted yet.
-- `more`: there is at least one row behind them.
-- The settings keep a small stretch at the end from being looked for in the whole journal.
CREATE FUNCTION journal_gather(low bigint, since pg_snapshot, until pg_snapshot,
                               sealed int8multirange, most integer,
                               OUT ids int8multirange, OUT rows bigint, OUT row_hashes bytea,
                               OUT more boolean)
LANGUAGE plpgsql STABLE SET search_path = public, pg_temp SET enable_seqscan = off
SET enable_bitmapscan = off SET client_encoding = 'UTF8' AS $$
BEGIN
  SELECT range_agg(int8range(r.id, r.id + 1)) FILTER (WHERE r.place <= most),
    least(count(*), most), string_agg(r.hash, ''::bytea ORDER BY r.id) FILTER (WHERE r.place <= most),
    count(*) > most
  INTO ids, rows, row_hashes, more
  FROM (SELECT c.id, journal_row_hash(c) AS hash, row_number() OVER (ORDER BY c.id) AS place
        FROM change AS c
        WHERE c.id >= low
          AND CASE WHEN since IS NULL
            THEN (pg_visible_in_snapshot(c.xid, until)
                  OR c.xid >= pg_snapshot_xmax(pg_current_snapshot())) AND NOT c.id <@ sealed
            ELSE journal_is_new(c.xid, since, until) END
        ORDER BY c.id LIMIT most + 1) AS r;
END
$$;

-- OFFSET 0: through the index on xid; the smallest id by its own index would walk from the start.
CREATE FUNCTION journal_first_new(since pg_snapshot, until pg_snapshot) RETURNS bigint
LANGUAGE plpgsql STABLE SET search_path = public, pg_temp SET enable_seqscan = off
SET enable_bitmapscan = off AS $$
BEGIN
  RETURN (SELECT min(id) FROM (SELECT id FROM change
                               WHERE journal_is_new(xid, since, until) OFFSET 0) AS r);
END
$$;

CREATE FUNCTION journal_sealed() RETURNS int8multirange
LANGUAGE sql STABLE SET search_path = public, pg_temp AS $$
  SELECT coalesce(range_agg(ids), '{}') FROM journal_seal WHERE kind = 'rows'
$$;

-- Completes a seal by what follows from the others, and appends it.
CREATE FUNCTION journal_append(seal journal_seal) RETURNS void
LANGUAGE plpgsql SET search_path = public, pg_temp SET client_encoding = 'UTF8' AS $$
DECLARE
  last journal_seal;
BEGIN
  SELECT * INTO last FROM journal_seal ORDER BY n DESC LIMIT 1;
  seal.n := coalesce(last.n, 0) + 1;
  seal.sealed_at := clock_timestamp();
  seal.home := journal_identity();
  seal.rows_hash := sha256(seal.row_hashes);
  seal.previous := coalesce(last.hash, decode(repeat('00', 32), 'hex'));
  seal.hash := journal_seal_hash(seal);
  INSERT INTO journal_seal SELECT seal.*;
END
$$;

-- Seals the next `most` finished rows: how many there were; null when somebody else is sealing.
-- Fewer than `most` means that nothing more is waiting. To be called in READ COMMITTED, so that
-- what was sealed before we got the lock is seen.
-- SECURITY DEFINER: the web's role cannot write a seal, only have the next one made.
CREATE FUNCTION journal_seal_next(most integer DEFAULT 10000) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  last journal_seal;
  seal journal_seal;
  low bigint;
  known int8multirange;
  got record;
BEGIN
  IF NOT pg_try_advisory_xact_lock(hashtextextended('journal_seal', 0)) THEN
    RETURN NULL;
  END IF;
  SELECT * INTO last FROM journal_seal ORDER BY n DESC LIMIT 1;
  seal.kind := 'rows';
  IF last.home = journal_identity() THEN
    IF NOT last.whole THEN
      -- the stretch was longer than a seal: go on in it
      seal.since := last.since; seal.until := last.until; low := upper(last.ids);
    ELSE
      seal.since := last.until; seal.until := pg_current_snapshot();
      low := journal_first_new(seal.since, seal.until);
    END IF;
  ELSE
    -- the first of all, or of this cluster: transactions of another one mean nothing here
    seal.until := pg_current_snapshot(); low := 0;
  END IF;
  known := CASE WHEN seal.since IS NULL THEN journal_sealed() END;
  SELECT * INTO got FROM journal_gather(low, seal.since, seal.until, known, most);
  IF got.rows = 0 AND NOT last.whole AND last.home = journal_identity() THEN
    -- what was left of it is gone: somebody took it away, which is no reason to stop
    seal.since := last.until; seal.until := pg_current_snapshot();
    low := journal_first_new(seal.since, seal.until);
    SELECT * INTO got FROM journal_gather(low, seal.since, seal.until, '{}', most);
  END IF;
  IF got.rows > 0 THEN
    seal.ids := got.ids; seal.rows := got.rows; seal.row_hashes := got.row_hashes;
    seal.whole := NOT got.more;
    PERFORM journal_append(seal);
  END IF;
  RETURN got.rows;
END
$$;

-- Removes sealed rows from before a moment, and says so by a seal: how many. Only the owner has
-- the rights that it needs.
CREATE FUNCTION journal_let_go(older_than timestamptz, by_name text, reason text) RETURNS bigint
LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
DECLARE
  last journal_seal;
  seal journal_seal;
  known int8multirange;
BEGIN
  PERFORM pg_advisory_xact_lock(hashtextextended('journal_seal', 0));
  SELECT * INTO last FROM journal_seal ORDER BY n DESC LIMIT 1;
  IF last.whole IS NOT TRUE OR last.home <> journal_identity() THEN
    RAISE EXCEPTION 'seal the journal first';
  END IF;
  known := journal_sealed();
  PERFORM set_config('meris.letting_go', 'yes', true);
  WITH gone AS (DELETE FROM change WHERE at < older_than AND id <@ known RETURNING id)
  SELECT range_agg(int8range(id, id + 1)), count(*) INTO seal.ids, seal.rows FROM gone;
  PERFORM set_config('meris.letting_go', '', true);
  IF seal.rows > 0 THEN
    seal.kind := 'let_go'; seal.row_hashes := ''; seal.by_name := by_name; seal.reason := reason;
    seal.since := last.since; seal.until := last.until; seal.whole := true;
    PERFORM journal_append(seal);
  END IF;
  RETURN seal.rows;
END
$$;

-- What was written stays. Against mistakes and against who got the web's role; an owner who takes
-- the triggers away is found out by `meris audit verify`.
CREATE FUNCTION journal_keep() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' AND TG_TABLE_NAME = 'change'
     AND current_setting('meris.letting_go', true) = 'yes' THEN
    RETURN NULL;
  END IF;
  RAISE EXCEPTION '% is only ever added to; % is refused', TG_TABLE_NAME, TG_OP;
END
$$;

-- xid is no part of what is sealed: after a restore it is made anew (seed.adopt_journal)
CREATE TRIGGER change_keep BEFORE DELETE OR UPDATE OF id, at, actor_id, agency_id, actor_name,
  table_name, row_id, resource_id, operation, before, after, upload_id ON change
  FOR EACH STATEMENT EXECUTE FUNCTION journal_keep();
CREATE TRIGGER change_keep_all BEFORE TRUNCATE ON change
  FOR EACH STATEMENT EXECUTE FUNCTION journal_keep();
CREATE TRIGGER seal_keep BEFORE UPDATE OR DELETE ON journal_seal
  FOR EACH STATEMENT EXECUTE FUNCTION journal_keep();
CREATE TRIGGER seal_keep_all BEFORE TRUNCATE ON journal_seal
  FOR EACH STATEMENT EXECUTE FUNCTION journal_keep();
ALTER TABLE change ENABLE ALWAYS TRIGGER change_keep, ENABLE ALWAYS TRIGGER change_keep_all;
ALTER TABLE journal_seal ENABLE ALWAYS TRIGGER seal_keep, ENABLE ALWAYS TRIGGER seal_keep_all;
