-- The scorecard (meris/scorecard). `seen` is put before these: the resources that the viewer may
-- know of, each with the county that answers for it ('' where none does) and how good it is. That
-- a charity is there at all may be what has to stay hidden: one is told only to those who may know
-- of something it keeps.

-- name: counties
-- One row a county of the state, and one ('') for what no county answers for.
SELECT place.fips, tally.*, delivered.at AS delivered_at, delivered.by AS delivered_by,
       loose.waiting, loose.refused, loose.held,
       phone.agency_id, phone.agency, phone.number, phone.person, phone.email
FROM (SELECT fips FROM county WHERE served UNION ALL SELECT '') AS place
LEFT JOIN (
  SELECT answers AS tallied,
         count(*) AS records,
         count(*) FILTER (WHERE kind = 'shelter') AS shelters,
         count(*) FILTER (WHERE kind = 'supply_site') AS supply_sites,
         count(*) FILTER (WHERE kind = 'unit') AS units,
         sum(asked) AS asked,
         sum(filled) AS filled,
         count(*) FILTER (WHERE stale) AS stale,
         count(*) FILTER (WHERE stale AND sheltering) AS stale_open,
         count(*) FILTER (WHERE placed = 'exactly') AS exact,
         count(*) FILTER (WHERE placed = 'roughly') AS rough,
         count(*) FILTER (WHERE placed = 'nowhere') AS unplaced,
         count(*) FILTER (WHERE lacking) AS lacking
  FROM seen GROUP BY answers) AS tally ON tally.tallied = place.fips
LEFT JOIN (
  -- when a file of theirs was last loaded, and who sent it
  SELECT DISTINCT ON (answers) answers, upload.applied_at AS at,
         coalesce(account.name, 'a machine') AS by
  FROM upload
  JOIN (SELECT agency.id, coalesce(county.fips, '') AS answers
        FROM agency LEFT JOIN county ON county.fips = agency.county_fips AND county.served
        WHERE agency.kind NOT IN ('ngo', 'other') OR :all_uploads
           OR agency.id IN (SELECT agency_id FROM seen)) AS owner
    ON owner.id = upload.agency_id
  LEFT JOIN account ON account.id = upload.account_id
  -- one that was typed in by hand is no delivery
  WHERE upload.state = 'applied' AND upload.choices ->> 'once' IS DISTINCT FROM 'true'
  ORDER BY answers, upload.applied_at DESC, upload.id DESC) AS delivered
  ON delivered.answers = place.fips
LEFT JOIN (
  -- what is loose at the newest file of each agency and kind: it waits, or left rows behind
  SELECT answers,
         count(*) FILTER (WHERE state <> 'applied') AS waiting,
         sum(coalesce(summary -> 'fates' ->> 'refused', summary -> 'counts' ->> 'refused')::bigint)
           FILTER (WHERE state = 'applied') AS refused,
         sum(coalesce(summary -> 'fates' ->> 'held', summary -> 'counts' ->> 'held')::bigint)
           FILTER (WHERE state = 'applied') AS held
  FROM (SELECT DISTINCT ON (upload.agency_id, upload.kind)
               upload.id, coalesce(county.fips, '') AS answers
        FROM upload
        JOIN agency ON agency.id = upload.agency_id
        LEFT JOIN county ON county.fips = agency.county_fips AND county.served
        WHERE upload.state <> 'undone' AND upload.choices ->> 'once' IS DISTINCT FROM 'true'
          AND (:all_uploads OR upload.agency_id = :own_agency)
        ORDER BY upload.agency_id, upload.kind, upload.id DESC) AS newest
  JOIN upload USING (id)
  GROUP BY answers) AS loose ON loose.answers = place.fips
LEFT JOIN (
  -- whom to call: of the county's own offices the one that somebody edits for, then the one that
  -- keeps most records
  SELECT DISTINCT ON (agency.county_fips) agency.county_fips, agency.id AS agency_id,
         agency.name AS agency, agency.phone AS number, editor.name AS person, editor.email
  FROM agency
  LEFT JOIN (SELECT agency_id, count(*) AS records FROM seen GROUP BY agency_id) AS keeps
    ON keeps.agency_id = agency.id
  LEFT JOIN (SELECT DISTINCT ON (account.agency_id) account.agency_id, account.name, account.email
             FROM account
             JOIN account_role ON account_role.account_id = account.id
             JOIN role ON role.id = account_role.role_id
             WHERE account.active AND role.name = 'county_editor'
             ORDER BY account.agency_id, account.id) AS editor ON editor.agency_id = agency.id
  WHERE agency.county_fips IS NOT NULL
    AND (agency.kind NOT IN ('ngo', 'other') OR keeps.records > 0)
  ORDER BY agency.county_fips, agency.kind = 'county' DESC, editor.agency_id IS NULL,
           keeps.records DESC NULLS LAST, agency.id) AS phone ON phone.county_fips = place.fips

-- name: agencies
-- The agencies that keep something in a county or are at home there, who edits for them, and how
-- many of their records there are right and wrong.
SELECT agency.id, agency.name, agency.kind, agency.phone,
       coalesce(keeps.records, 0) AS records, coalesce(keeps.to_fix, 0) AS to_fix,
       editors.people
FROM agency
LEFT JOIN (SELECT agency_id, count(*) AS records,
                  count(*) FILTER (WHERE stale OR placed <> 'exactly' OR filled < asked) AS to_fix
           FROM seen GROUP BY agency_id) AS keeps ON keeps.agency_id = agency.id
LEFT JOIN (SELECT account.agency_id,
                  jsonb_agg(jsonb_build_array(account.name, account.email) ORDER BY account.id)
                    AS people
           FROM account
           JOIN account_role ON account_role.account_id = account.id
           JOIN role ON role.id = account_role.role_id
           WHERE account.active AND role.name = 'county_editor'
           GROUP BY account.agency_id) AS editors ON editors.agency_id = agency.id
WHERE keeps.records > 0
   OR (agency.id = ANY(:at_home)
       AND (:every_agency OR agency.id = :own_agency OR agency.kind NOT IN ('ngo', 'other')))
ORDER BY coalesce(keeps.to_fix, 0) DESC, coalesce(keeps.records, 0) DESC, agency.name
