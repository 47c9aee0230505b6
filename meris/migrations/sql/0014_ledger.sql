-- What keeps the balances and the movements of one mind (meris/tables/ledger.py).
--
-- The statements are planned anew each time they run (EXECUTE): a plan that is kept takes the rows
-- of a bulk load for as few as the first movement had, and joins them one by one.

-- A movement must fit what it says it belongs to; only what a plain one cannot get wrong by itself.
CREATE FUNCTION stock_movement_fit() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  said text;
BEGIN
  IF NEW.reverses_id IS NOT NULL AND NOT EXISTS (
      SELECT FROM stock_movement m WHERE m.id = NEW.reverses_id AND m.reverses_id IS NULL
        AND (m.kind, m.quantity) = (NEW.kind, NEW.quantity)
        AND (m.stock_line_id, m.fill_id, m.shipment_line_id)
          IS NOT DISTINCT FROM (NEW.stock_line_id, NEW.fill_id, NEW.shipment_line_id)) THEN
    said := 'a reversal repeats its movement as it was, and a reversal is not reversed';
  ELSIF NEW.fill_id IS NOT NULL AND NEW.kind IN ('commit', 'release_commit', 'transfer_out', 'issue')
    AND NOT EXISTS (SELECT FROM fill f
                    WHERE f.id = NEW.fill_id AND f.stock_line_id = NEW.stock_line_id) THEN
    said := 'the fill promises stock of another line';
  ELSIF NEW.shipment_line_id IS NOT NULL AND NOT EXISTS (
      SELECT FROM shipment_line s WHERE s.id = NEW.shipment_line_id AND s.fill_id = NEW.fill_id
        AND (NEW.kind <> 'transfer_out' OR s.stock_line_id = NEW.stock_line_id)) THEN
    said := 'the shipment carries another fill';
  ELSE
    RETURN NEW;
  END IF;
  RAISE EXCEPTION '%', said
    USING ERRCODE = 'check_violation', CONSTRAINT = 'stock_movement_fit';
END
$$;

-- A movement goes only with its line, and that only where nothing was promised or sent from it.
CREATE FUNCTION stock_movement_keep() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' AND OLD.fill_id IS NULL
    AND NOT EXISTS (SELECT FROM stock_line WHERE id = OLD.stock_line_id) THEN
    RETURN OLD;
  END IF;
  RAISE EXCEPTION 'a movement is never changed; reverse it'
    USING ERRCODE = 'check_violation', CONSTRAINT = 'stock_movement_keep';
END
$$;

-- What follows from movements is written by their trigger and by nobody else; what movements are
-- counted in does not change under them.
CREATE FUNCTION ledger_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'only a movement of stock changes this'
    USING ERRCODE = 'check_violation', CONSTRAINT = 'ledger_only';
END
$$;

-- The balances follow from what is inserted. Constraints of each table keep them from going below
-- zero, so that a movement of what is not there takes its whole transaction with it.
CREATE FUNCTION stock_movement_lead() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  -- a statement that wrote no row fires as well
  IF NOT EXISTS (SELECT FROM new_rows WHERE NOT follows) THEN
    RETURN NULL;
  END IF;
  EXECUTE $sql$
    UPDATE stock_line l SET
      quantity_on_hand = l.quantity_on_hand + m.free + m.promised,
      quantity_committed = l.quantity_committed + m.promised,
      quantity_promised = l.quantity_promised + m.filled,
      ledger_id = m.id
    FROM (SELECT stock_line_id, max(id) AS id,
                 sum(CASE 'free' WHEN to_place THEN quantity WHEN from_place THEN -quantity ELSE 0
                     END) AS free,
                 sum(CASE 'promised' WHEN to_place THEN quantity WHEN from_place THEN -quantity
                     ELSE 0 END) AS promised,
                 sum(CASE WHEN fill_id IS NULL THEN 0 WHEN to_place = 'promised' THEN quantity
                     WHEN from_place = 'promised' THEN -quantity ELSE 0 END) AS filled
          FROM new_rows WHERE stock_line_id IS NOT NULL AND NOT follows GROUP BY stock_line_id) AS m
    WHERE l.id = m.stock_line_id
  $sql$;
  IF NOT EXISTS (SELECT FROM new_rows WHERE fill_id IS NOT NULL) THEN
    RETURN NULL;
  END IF;
  EXECUTE $sql$
    UPDATE shipment_line s SET
      quantity_in_transit = s.quantity_in_transit + m.transit,
      quantity_received = s.quantity_received + m.received
    FROM (SELECT m.shipment_line_id,
                 sum(CASE 'transit' WHEN to_place THEN m.quantity WHEN from_place THEN -m.quantity
                     ELSE 0 END) AS transit,
                 sum(CASE WHEN kind <> 'transfer_in' OR m.stock_line_id = s.stock_line_id THEN 0
                     WHEN reverses_id IS NULL THEN m.quantity ELSE -m.quantity END) AS received
          FROM new_rows m JOIN shipment_line s ON s.id = m.shipment_line_id
          GROUP BY m.shipment_line_id) AS m
    WHERE s.id = m.shipment_line_id
  $sql$;
  -- what comes back to the giver's own shelf was not received; what is handed out there was
  EXECUTE $sql$
    UPDATE fill f SET
      quantity_committed = f.quantity_committed + m.promised,
      quantity_in_transit = f.quantity_in_transit + m.transit,
      quantity_received = f.quantity_received + m.received
    FROM (SELECT m.fill_id,
                 sum(CASE 'promised' WHEN to_place THEN quantity WHEN from_place THEN -quantity
                     ELSE 0 END) AS promised,
                 sum(CASE 'transit' WHEN to_place THEN quantity WHEN from_place THEN -quantity
                     ELSE 0 END) AS transit,
                 sum(CASE WHEN kind = 'transfer_in' AND m.stock_line_id <> f.stock_line_id
                       OR kind = 'issue'
                     THEN CASE WHEN reverses_id IS NULL THEN quantity ELSE -quantity END
                     ELSE 0 END) AS received
          FROM new_rows m JOIN fill f ON f.id = m.fill_id GROUP BY m.fill_id) AS m
    WHERE f.id = m.fill_id
  $sql$;
  RETURN NULL;
END
$$;

-- And whoever writes a balance directly (an upload, its undoing, an operator) has moved stock: the
-- difference becomes movements that explain it, as old as what was said where that has a time.
CREATE FUNCTION stock_line_follow() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  changed text := CASE TG_OP
    WHEN 'INSERT' THEN 'SELECT id, quantity_on_hand AS on_hand, quantity_committed AS committed,
        as_of
      FROM new_rows WHERE quantity_on_hand > 0'
    ELSE 'SELECT n.id, n.quantity_on_hand - o.quantity_on_hand AS on_hand,
        n.quantity_committed - o.quantity_committed AS committed,
        CASE WHEN n.as_of IS DISTINCT FROM o.as_of THEN n.as_of END AS as_of
      FROM new_rows n JOIN old_rows o USING (id)
      WHERE n.ledger_id IS NOT DISTINCT FROM o.ledger_id
        AND (n.quantity_on_hand, n.quantity_committed)
          <> (o.quantity_on_hand, o.quantity_committed)' END;
BEGIN
  IF NOT EXISTS (SELECT FROM new_rows) THEN
    RETURN NULL;
  END IF;
  EXECUTE format($sql$
    INSERT INTO stock_movement (at, kind, quantity, stock_line_id, reason, by_name, source,
                                upload_id, follows)
    SELECT coalesce(least(l.as_of, now()), now()), said.kind, said.quantity, l.id, said.reason,
           $1, $2, $3, true
    FROM (%s) AS l
    CROSS JOIN LATERAL (VALUES
      (1, CASE WHEN l.on_hand > 0 THEN 'adjust_up' ELSE 'adjust_down' END, abs(l.on_hand), $4),
      (2, CASE WHEN l.committed > 0 THEN 'commit' ELSE 'release_commit' END, abs(l.committed), NULL)
    ) AS said (step, kind, quantity, reason)
    WHERE said.quantity > 0 ORDER BY l.id, said.step
  $sql$, changed)
  USING coalesce(nullif(current_setting('meris.name', true), ''), session_user || ' (database)'),
    CASE WHEN nullif(current_setting('meris.upload', true), '') IS NOT NULL THEN 'upload'
      WHEN nullif(current_setting('meris.actor', true), '') IS NOT NULL THEN 'web'
      ELSE 'database' END,
    nullif(current_setting('meris.upload', true), '')::bigint,
    CASE TG_OP WHEN 'INSERT' THEN 'first reported' ELSE 'reported otherwise' END;
  RETURN NULL;
END
$$;

-- A file does not know what was promised since: it never lowers what is committed below that.
CREATE FUNCTION stock_line_keep_promises() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  NEW.quantity_committed := greatest(NEW.quantity_committed, NEW.quantity_promised);
  RETURN NEW;
END
$$;

CREATE TRIGGER keep BEFORE UPDATE OR DELETE ON stock_movement
  FOR EACH ROW EXECUTE FUNCTION stock_movement_keep();
CREATE TRIGGER fit BEFORE INSERT ON stock_movement FOR EACH ROW
  WHEN (NEW.reverses_id IS NOT NULL OR NEW.fill_id IS NOT NULL)
  EXECUTE FUNCTION stock_movement_fit();
CREATE TRIGGER lead AFTER INSERT ON stock_movement REFERENCING NEW TABLE AS new_rows
  FOR EACH STATEMENT EXECUTE FUNCTION stock_movement_lead();
CREATE TRIGGER keep_promises BEFORE UPDATE ON stock_line FOR EACH ROW
  WHEN (NEW.ledger_id IS NOT DISTINCT FROM OLD.ledger_id
        AND NEW.quantity_committed < NEW.quantity_promised)
  EXECUTE FUNCTION stock_line_keep_promises();
CREATE TRIGGER follow_insert AFTER INSERT ON stock_line REFERENCING NEW TABLE AS new_rows
  FOR EACH STATEMENT EXECUTE FUNCTION stock_line_follow();
CREATE TRIGGER follow_update AFTER UPDATE ON stock_line
  REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
  FOR EACH STATEMENT EXECUTE FUNCTION stock_line_follow();

CREATE TRIGGER ledger_insert BEFORE INSERT ON stock_line FOR EACH ROW
  WHEN (NEW.ledger_id IS NOT NULL OR NEW.quantity_promised <> 0)
  EXECUTE FUNCTION ledger_only();
CREATE TRIGGER ledger_update BEFORE UPDATE ON stock_line FOR EACH ROW
  WHEN ((NEW.resource_id, NEW.unit_of_issue) IS DISTINCT FROM (OLD.resource_id, OLD.unit_of_issue)
        OR pg_trigger_depth() = 0 AND (NEW.ledger_id, NEW.quantity_promised)
          IS DISTINCT FROM (OLD.ledger_id, OLD.quantity_promised))
  EXECUTE FUNCTION ledger_only();
CREATE TRIGGER ledger_insert BEFORE INSERT ON fill FOR EACH ROW
  WHEN (NEW.stock_line_id IS NOT NULL
        AND (NEW.quantity_committed, NEW.quantity_in_transit, NEW.quantity_received) <> (0, 0, 0))
  EXECUTE FUNCTION ledger_only();
CREATE TRIGGER ledger_update BEFORE UPDATE ON fill FOR EACH ROW
  WHEN (NEW.stock_line_id IS DISTINCT FROM OLD.stock_line_id
        OR pg_trigger_depth() = 0 AND OLD.stock_line_id IS NOT NULL
        AND (NEW.quantity_committed, NEW.quantity_in_transit, NEW.quantity_received)
          <> (OLD.quantity_committed, OLD.quantity_in_transit, OLD.quantity_received))
  EXECUTE FUNCTION ledger_only();
CREATE TRIGGER ledger_insert BEFORE INSERT ON shipment_line FOR EACH ROW
  WHEN ((NEW.quantity_in_transit, NEW.quantity_received) <> (0, 0))
  EXECUTE FUNCTION ledger_only();
CREATE TRIGGER ledger_update BEFORE UPDATE ON shipment_line FOR EACH ROW
  WHEN ((NEW.fill_id, NEW.stock_line_id) <> (OLD.fill_id, OLD.stock_line_id)
        OR pg_trigger_depth() = 0 AND (NEW.quantity_in_transit, NEW.quantity_received)
          <> (OLD.quantity_in_transit, OLD.quantity_received))
  EXECUTE FUNCTION ledger_only();
CREATE TRIGGER ledger_insert BEFORE INSERT ON stock_movement FOR EACH ROW
  WHEN (NEW.follows AND pg_trigger_depth() = 0)
  EXECUTE FUNCTION ledger_only();
