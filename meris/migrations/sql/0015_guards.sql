-- What the database itself keeps of a shelter's life (meris/stays.py, meris/shelters.py).

-- Where people went is never written anew.
CREATE FUNCTION said_once() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'what % says is never changed', TG_TABLE_NAME
    USING ERRCODE = 'check_violation', CONSTRAINT = TG_TABLE_NAME || '_said_once';
END
$$;

CREATE TRIGGER said_once BEFORE UPDATE ON shelter_departure
  FOR EACH ROW EXECUTE FUNCTION said_once();
CREATE TRIGGER said_once BEFORE UPDATE ON contact_try
  FOR EACH ROW EXECUTE FUNCTION said_once();

-- A retired site comes back as closed and in no other way, whoever writes it. Uploads keep this
-- themselves (meris/uploads/after.py); to undo one may put back what was before.
CREATE FUNCTION shelter_stays_retired() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF nullif(current_setting('meris.upload', true), '') IS NOT NULL THEN
    RETURN NEW;
  END IF;
  RAISE EXCEPTION 'shelter % is retired; it can only become closed', OLD.id
    USING ERRCODE = 'check_violation', CONSTRAINT = 'shelter_stays_retired';
END
$$;

CREATE TRIGGER stays_retired BEFORE UPDATE OF status ON resource
  FOR EACH ROW WHEN (OLD.kind = 'shelter' AND OLD.status = 'retired'
                     AND NEW.status NOT IN ('retired', 'closed'))
  EXECUTE FUNCTION shelter_stays_retired();
