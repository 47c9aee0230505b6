-- What the second wall needs beside its policies (meris/migrations/walls.py).

-- A policy passes over rows that may not be changed, and the writer would think that all went well.
CREATE FUNCTION wall_refuse() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
  IF row_security_active(TG_RELID) THEN
    RAISE EXCEPTION 'this session may not change row % of %', OLD.id, TG_TABLE_NAME
      USING ERRCODE = 'insufficient_privilege';
  END IF;
  RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
END
$$;

CREATE TRIGGER wall BEFORE UPDATE OR DELETE ON resource FOR EACH ROW
  WHEN (current_setting('meris.edits', true) IS DISTINCT FROM 'all' AND NOT coalesce(
    OLD.agency_id = nullif(current_setting('meris.agency_edited', true), '')::bigint
    AND OLD.kind = ANY (string_to_array(current_setting('meris.edits', true), ' ')), false))
  EXECUTE FUNCTION wall_refuse();
CREATE TRIGGER wall BEFORE UPDATE OR DELETE ON incident FOR EACH ROW
  WHEN (current_setting('meris.dispatches', true) IS DISTINCT FROM 'yes')
  EXECUTE FUNCTION wall_refuse();
CREATE TRIGGER wall BEFORE UPDATE OR DELETE ON area FOR EACH ROW
  WHEN (current_setting('meris.dispatches', true) IS DISTINCT FROM 'yes')
  EXECUTE FUNCTION wall_refuse();
