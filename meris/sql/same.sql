-- Look-alikes among the rows of a file and what is recorded (meris/uploads/same.py). `same_fact` is
-- made by same_facts.py. Not one of these statements
-- compares everything with everything: rows meet where they share a key that few others have.

-- name: forget
DROP TABLE IF EXISTS pg_temp.same_chosen, pg_temp.same_key, pg_temp.same_pair, pg_temp.same_spelled,
  pg_temp.same_judged

-- name: tables
CREATE TEMPORARY TABLE same_chosen (number int, resource_id bigint, other_number int,
  row_key text, other_key text, choice text, said text);
CREATE TEMPORARY TABLE same_key (key bigint, hash bigint, looks boolean, seen boolean);
CREATE TEMPORARY TABLE same_pair (number bigint, key bigint, differs boolean);
CREATE TEMPORARY TABLE same_spelled (key bigint, plain text, words text, address text, town text);
CREATE TEMPORARY TABLE same_judged (number int, key bigint, agency text, score float8,
  reasons text[], certain boolean)

-- name: take_chosen
-- What a person said before is so: the row is that resource, or only fills its gaps.
UPDATE staged_row SET resource_id = chosen.resource_id, fills_only = chosen.choice = 'merge'
FROM (SELECT DISTINCT ON (number) number, resource_id, choice FROM same_chosen
      WHERE resource_id IS NOT NULL AND choice <> 'different'
      ORDER BY number, resource_id) AS chosen
WHERE staged_row.number = chosen.number

-- name: take_named
-- One resource for one row, the nearest first: the same name, not both an ID, and no address, town
-- or place that differs. Where only the name is known and several have it, none is meant for sure.
-- To be repeated while it finds any: names may be there more than once.
WITH named AS (
  SELECT s.number, r.id,
    coalesce(nullif(lower(trim(s.address_line1)), '') = nullif(lower(trim(r.address_line1)), ''),
             false) AS same_address,
    CASE WHEN s.position_radius_m IS NULL AND r.position_radius_m IS NULL AND NOT :units
         THEN ST_DistanceSphere(s.position, r.position) END AS meters,
    coalesce(lower(trim(s.address_line1)) = lower(trim(r.address_line1)), false)
      OR coalesce(lower(trim(s.city)) = lower(trim(r.city)), false)
      OR coalesce(s.position_radius_m IS NULL AND r.position_radius_m IS NULL
                  AND ST_DistanceSphere(s.position, r.position) < 1000, false) AS placed
  FROM staged_row AS s
  JOIN resource AS r ON r.agency_id = :agency AND r.kind = :kind AND lower(r.name) = lower(s.name)
  WHERE s.resource_id IS NULL AND (s.external_id IS NULL OR r.external_id IS NULL)
    AND coalesce(nullif(lower(trim(s.address_line1)), '')
                 = nullif(lower(trim(r.address_line1)), ''), true)
    AND coalesce(nullif(lower(trim(s.city)), '') = nullif(lower(trim(r.city)), ''), true)
    AND NOT EXISTS (SELECT FROM staged_row AS t WHERE t.resource_id = r.id)
    AND NOT EXISTS (SELECT FROM same_chosen AS c
                    WHERE c.number = s.number AND c.resource_id = r.id)),
nearest AS (
  SELECT number, id, row_number() OVER (PARTITION BY number ORDER BY meters, id) AS nth,
    row_number() OVER (PARTITION BY id ORDER BY meters, number) AS nth_row,
    placed OR count(*) OVER (PARTITION BY number) <= count(*) OVER (PARTITION BY id) AS clear
  FROM named WHERE same_address OR coalesce(meters, 0) < 1000)
UPDATE staged_row SET resource_id = nearest.id
FROM nearest WHERE staged_row.number = nearest.number AND nth = 1 AND nth_row = 1 AND clear

-- name: keys
-- What each shares with its look-alikes: a name or a house number in one county (and in any, where
-- some county is unknown), a telephone, a call sign, a spot. Numbers in names must agree, so
-- they are part of what is shared by many. A spot is a square of 110 m by 170 m; a row that is
-- nothing yet looks into the four nearest. Rows with IDs are of no interest to others with IDs.
INSERT INTO same_key (key, hash, looks, seen)
WITH fact AS (
  SELECT key, lat, lon, hashtextextended(by_name, 1) AS named, phone, sign,
    hashtextextended(by_house, 2) # hashtextextended(numbers, 3) AS house,
    hashtextextended(county_fips, 4) AS county, hashtextextended(numbers, 5) AS numbers,
    number IS NOT NULL AND resource_id IS NULL AS looks,
    number IS NULL OR external_id IS NULL OR :nameless AS seen
  FROM same_fact OFFSET 0)
SELECT key, hash, looks, seen
FROM fact CROSS JOIN LATERAL (VALUES
  (named # county), (house # county), (CASE WHEN :loose THEN named END),
  (CASE WHEN :loose THEN house END), (hashtextextended(phone, 6)), (hashtextextended(sign, 7)))
  AS said (hash)
WHERE hash IS NOT NULL AND (looks OR seen)
UNION ALL
SELECT key, floor(lat / 0.001)::bigint * 1000003 + floor(lon / 0.002)::bigint # numbers, false, true
FROM fact WHERE lat IS NOT NULL AND seen
UNION ALL
SELECT key, ((floor(lat / 0.001 - 0.5)::bigint + north) * 1000003
  + floor(lon / 0.002 - 0.5)::bigint + east) # numbers, true, false
FROM fact CROSS JOIN (VALUES (0, 0), (0, 1), (1, 0), (1, 1)) AS square (north, east)
WHERE lat IS NOT NULL AND looks

-- name: meet
-- Rows without a resource beside what shares a key with them that is not common: what more than
-- a few share (the office's telephone, the middle of a town) says nothing of any one.
-- Of two new rows the later looks at the earlier; of two rows with IDs the file says they differ.
INSERT INTO same_pair (number, key, differs)
WITH common AS MATERIALIZED (
  SELECT hash FROM same_key WHERE seen GROUP BY hash HAVING count(*) > :crowd),
met AS MATERIALIZED (
  SELECT DISTINCT looking.key AS number, there.key
  FROM same_key AS looking JOIN same_key AS there USING (hash)
  WHERE looking.looks AND there.seen AND looking.key <> there.key
    AND looking.hash NOT IN (SELECT hash FROM common))
SELECT met.number, met.key,
  coalesce(own.name <> other.name OR own.address <> other.address OR own.town <> other.town, false)
FROM met JOIN same_fact AS own ON own.key = met.number
JOIN same_fact AS other ON other.key = met.key
WHERE (other.number IS NULL
       OR ((other.resource_id IS NOT NULL OR other.number < own.number)
           AND (own.external_id IS NULL OR other.external_id IS NULL)))
  AND (own.by_name = other.by_name OR own.by_house = other.by_house OR own.phone = other.phone
       OR own.sign = other.sign
       OR (abs(own.lat - other.lat) < 0.0005 AND abs(own.lon - other.lon) < 0.001))
  AND (own.sign = other.sign OR own.name = other.name OR similarity(own.name, other.name) > 0.2)

-- name: spell
-- Names, addresses and towns of those who met and differ in them, word by word in one spelling.
-- `words` are the name without what is said of every shelter; a name of nothing else keeps all.
INSERT INTO same_spelled (key, plain, words, address, town)
WITH spelling (word, instead, of_names) AS (VALUES
  ('saint', 'st', false), ('sainte', 'st', false), ('ste', 'st', false), ('mount', 'mt', false),
  ('fort', 'ft', false), ('first', '1', false), ('1st', '1', false), ('second', '2', false),
  ('2nd', '2', false), ('third', '3', false), ('3rd', '3', false), ('street', 'st', false),
  ('avenue', 'ave', false), ('road', 'rd', false), ('drive', 'dr', false), ('lane', 'ln', false),
  ('boulevard', 'blvd', false), ('court', 'ct', false), ('highway', 'hwy', false),
  ('route', 'rt', false), ('rte', 'rt', false), ('north', 'n', false), ('south', 's', false),
  ('east', 'e', false), ('west', 'w', false), ('elementary', 'elem', true), ('hs', 'high', true),
  ('ms', 'middle', true), ('jr', 'junior', true), ('sr', 'senior', true),
  ('gymnasium', 'gym', true),
  ('centre', 'center', true), ('ctr', 'center', true), ('community', 'comm', true),
  ('eng', 'engine', true), ('amb', 'ambulance', true), ('no', '', true), ('number', '', true),
  ('the', '', true), ('of', '', true), ('at', '', true), ('and', '', true), ('school', '', true),
  ('schools', '', true), ('shelter', '', true), ('building', '', true), ('bldg', '', true),
  ('facility', '', true)),
met AS MATERIALIZED (
  SELECT key, name, address, town FROM same_fact
  WHERE key IN (SELECT number FROM same_pair WHERE differs
                UNION SELECT key FROM same_pair WHERE differs)),
written AS (
  SELECT key, part, place, word, spelling.instead, coalesce(of_names, false) AS of_names
  FROM met
  CROSS JOIN LATERAL (VALUES ('name', name), ('address', address), ('town', town))
    AS parts (part, said)
  CROSS JOIN LATERAL regexp_split_to_table(
    translate(said, 'áàâäãéèêëíìîïóòôöõúùûüñç.''’`',
      'aaaaaeeeeiiiiooooouuuunc'), '[^a-z0-9]+') WITH ORDINALITY AS split (word, place)
  LEFT JOIN spelling USING (word)
  WHERE word <> '')
SELECT key,
  string_agg(CASE WHEN of_names THEN word ELSE coalesce(instead, word) END, ' ' ORDER BY place)
    FILTER (WHERE part = 'name'),
  coalesce(
    string_agg(coalesce(instead, word), ' ' ORDER BY place)
      FILTER (WHERE part = 'name' AND coalesce(instead, word) <> ''),
    string_agg(word, ' ' ORDER BY place) FILTER (WHERE part = 'name')),
  string_agg(CASE WHEN of_names THEN word ELSE coalesce(instead, word) END, ' ' ORDER BY place)
    FILTER (WHERE part = 'address'),
  string_agg(CASE WHEN of_names THEN word ELSE coalesce(instead, word) END, ' ' ORDER BY place)
    FILTER (WHERE part = 'town')
FROM written GROUP BY key

-- name: weigh
-- How much alike those are who met, from 0 to 1, and why. A name alone is not enough: an address, a
-- spot, a telephone, a station or at least the town must speak for it. Names contradict when their
-- numbers or words like "new" and "north" differ, or when each has a word that the other
-- has nothing like ("Middle" and "High").
-- `certain` pairs need no person: the name is the same and nothing speaks against it.
INSERT INTO same_judged (number, key, agency, score, reasons, certain)
WITH pair AS (
  SELECT p.number, p.key, o.agency, o.number IS NOT NULL AS in_file,
    own.words AS own_words, other.words AS other_words,
    f.name = o.name OR own.plain = other.plain AS same_plain,
    f.name = o.name OR own.words = other.words AS same_words,
    f.external_id AS own_id, o.external_id AS other_id,
    coalesce(f.sign = o.sign, false) AS same_sign, coalesce(f.sign <> o.sign, false) AS other_sign,
    f.base = o.base AS same_base, coalesce(f.phone = o.phone, false) AS same_phone,
    CASE WHEN f.name = o.name OR f.sign = o.sign OR own.words = other.words THEN 1
         ELSE similarity(own.words, other.words) END AS of_names,
    CASE WHEN f.address = o.address OR own.address = other.address THEN 1
         WHEN f.by_house = o.by_house THEN similarity(own.address, other.address)
         WHEN f.address <> o.address THEN 0 END AS address,
    f.town = o.town OR own.town = other.town AS same_town,
    f.county_fips = o.county_fips AS same_county,
    111195 * sqrt((f.lat - o.lat) ^ 2 + ((f.lon - o.lon) * cos(radians(f.lat))) ^ 2) AS meters
  FROM same_pair AS p
  JOIN same_fact AS f ON f.key = p.number JOIN same_fact AS o ON o.key = p.key
  LEFT JOIN same_spelled AS own ON own.key = p.number
  LEFT JOIN same_spelled AS other ON other.key = p.key),
agreeing AS (
  SELECT pair.*, coalesce(same_town, same_county, true) AS one_town,
    greatest(of_names, 0.95 * coalesce(shared, 0)) AS alike
  FROM pair LEFT JOIN LATERAL (
    SELECT avg(1 - lone::int) AS shared, bool_or(lone AND mine) AND bool_or(lone AND NOT mine)
      OR bool_or(lone AND word ~ :telling) AS contradict
    FROM (SELECT word, mine, NOT EXISTS (
            SELECT FROM string_to_table(CASE WHEN mine THEN other_words ELSE own_words END, ' ')
              AS w
            WHERE w = word OR (word !~ '[0-9]' AND w !~ '[0-9]'
              AND least(length(w), length(word)) >= 3
              AND (starts_with(w, word) OR starts_with(word, w)
                   OR (least(length(w), length(word)) >= 5 AND similarity(w, word) >= 0.25)))
            ) AS lone
          FROM (SELECT string_to_table(own_words, ' ') AS word, true AS mine
                UNION ALL SELECT string_to_table(other_words, ' '), false) AS words) AS judged
    WHERE NOT same_words) AS names ON true
  WHERE same_sign OR (NOT other_sign AND (same_words OR (NOT contradict AND of_names >= 0.3)))),
speaking AS (
  SELECT *, greatest(
    CASE WHEN :units THEN CASE WHEN same_base THEN 0.8 WHEN same_base IS NULL THEN 0.5 END END,
    CASE WHEN one_town AND address >= 0.5 THEN 0.8 + 0.2 * address END,
    CASE WHEN meters <= 50 THEN 1 - meters / 200 END,
    CASE WHEN agency IS NULL AND same_phone AND one_town AND coalesce(meters, 0) < 5000
         THEN CASE WHEN address < 0.5 THEN 0.6 ELSE 0.85 END END,
    CASE WHEN NOT :units AND agency IS NULL AND same_words
           AND coalesce(same_town, same_county, same_plain)
           AND coalesce(address, 1) >= 0.5 AND coalesce(meters, 0) < 5000
           AND NOT (in_file AND (address IS NOT NULL OR meters IS NOT NULL))
         THEN 0.55 END) AS evidence
  FROM agreeing),
judged AS (
  SELECT *, 0.6 * alike + 0.4 * evidence
    - CASE WHEN own_id <> other_id THEN 0.03 ELSE 0 END
    - CASE WHEN address < 0.5 AND NOT :units THEN 0.1 ELSE 0 END
    - CASE WHEN meters > 200 THEN 0.1 ELSE 0 END AS score,
    same_plain AND agency IS NULL AND NOT in_file AND coalesce(own_id = other_id, true)
      AND coalesce(address, 1) = 1 AND coalesce(same_town, true)
      AND (coalesce(meters, 0) < 1000 OR address = 1) AND coalesce(same_base, true) AS certain
  FROM speaking WHERE evidence IS NOT NULL)
SELECT number, key, agency, score, array_remove(ARRAY[
    CASE WHEN same_sign THEN 'same call sign' END,
    CASE WHEN same_plain THEN 'same name' WHEN same_words THEN 'nearly the same name'
         ELSE 'name ' || round(100 * alike) || ' % alike' END,
    CASE WHEN address = 1 THEN 'same address' WHEN address >= 0.5 THEN 'similar address'
         WHEN address IS NOT NULL AND NOT :units THEN 'other address' END,
    CASE WHEN meters < 1 THEN 'same spot'
         WHEN meters < :near_m THEN round(meters / :short_m) || ' ' || :short || ' apart'
         ELSE round((meters / :unit_m)::numeric, 1) || ' ' || :unit || ' apart' END,
    CASE WHEN same_phone THEN 'same telephone' END,
    CASE WHEN same_base THEN 'same station' END,
    CASE WHEN :units OR address >= 0.5 OR meters <= 50 THEN NULL
         WHEN same_town THEN 'same town' WHEN same_county THEN 'same county' END,
    CASE WHEN own_id <> other_id THEN 'different IDs: ' || own_id || ' and ' || other_id END,
    'another agency''s: ' || agency], NULL), certain
FROM judged WHERE score >= :enough OR certain

-- name: take_certain
UPDATE staged_row SET resource_id = -best.key
FROM (SELECT number, key,
        row_number() OVER (PARTITION BY number ORDER BY score DESC, key DESC) AS nth,
        row_number() OVER (PARTITION BY key ORDER BY score DESC, number) AS nth_row,
        count(*) OVER (PARTITION BY number, score) <= count(*) OVER (PARTITION BY key, score)
          AS clear
      FROM same_judged AS j WHERE certain AND NOT EXISTS (
        SELECT FROM same_chosen AS c WHERE c.number = j.number AND c.resource_id = -j.key)) AS best
WHERE staged_row.number = best.number AND nth = 1 AND nth_row = 1 AND clear

-- name: strike
-- What is settled by now is no question any more.
DELETE FROM same_judged AS j
WHERE score < :enough
  OR NOT EXISTS (SELECT FROM staged_row AS s WHERE s.number = j.number AND s.resource_id IS NULL)
  OR (key < 0 AND EXISTS (SELECT FROM staged_row AS s WHERE s.resource_id = -j.key))
  OR (key > 0 AND NOT EXISTS (SELECT FROM staged_row AS s WHERE s.number = j.key))
  OR EXISTS (SELECT FROM same_chosen AS c
             WHERE (c.number = j.number AND -c.resource_id = j.key)
                OR (c.number = j.number AND c.other_number = j.key)
                OR (c.other_number = j.number AND c.number = j.key))

-- name: hold
UPDATE staged_row SET held = true
FROM (SELECT DISTINCT number FROM same_judged WHERE agency IS NULL) AS open
WHERE staged_row.number = open.number

-- name: forget_open
-- Pairs of an earlier check, but for those that a person has decided.
DELETE FROM upload_pair AS p
WHERE upload_id = :upload AND NOT EXISTS (
  SELECT FROM same_chosen AS c
  WHERE c.number = p.number AND c.resource_id IS NOT DISTINCT FROM p.resource_id
    AND c.other_number IS NOT DISTINCT FROM p.other_number AND c.choice = p.choice)

-- name: list_chosen
INSERT INTO upload_pair (upload_id, number, resource_id, other_number, score, reasons, choice,
                         row_key, other_key)
SELECT :upload, number, resource_id, other_number, 1, ARRAY[said], choice, row_key, other_key
FROM same_chosen AS c
WHERE NOT EXISTS (
  SELECT FROM upload_pair AS p
  WHERE p.upload_id = :upload AND p.number = c.number
    AND p.resource_id IS NOT DISTINCT FROM c.resource_id
    AND p.other_number IS NOT DISTINCT FROM c.other_number)
ORDER BY number LIMIT :most

-- name: list_open
INSERT INTO upload_pair (upload_id, number, resource_id, other_number, score, reasons, row_key,
                         other_key)
SELECT :upload, best.number, CASE WHEN best.key < 0 THEN -best.key END,
  CASE WHEN best.key > 0 THEN best.key END, score, reasons, f.row_key,
  CASE WHEN best.key > 0 THEN o.row_key END
FROM (SELECT *, row_number() OVER (PARTITION BY number
                                   ORDER BY agency IS NOT NULL, score DESC, key DESC) AS nth
      FROM same_judged) AS best
JOIN same_fact AS f ON f.key = best.number JOIN same_fact AS o ON o.key = best.key
WHERE nth <= :most_of_a_row
ORDER BY best.agency IS NOT NULL, score DESC, best.number, nth LIMIT :most

-- name: pairs
-- What is undecided comes first. A row of a supply file is its site here.
WITH row AS (
  SELECT number, lat, lon, radius_m, coalesce(said ->> 'name', name, '') AS name,
    said ->> 'external_id' AS external_id, said ->> 'address_line1' AS address,
    said ->> 'city' AS city
  FROM (SELECT *, coalesce(stated -> 'staged_row', stated) AS said FROM upload_row
        WHERE upload_id = :upload) AS kept)
SELECT p.id, p.number, p.resource_id, p.other_number, p.score, p.reasons, p.choice,
  CASE WHEN r.agency_id <> u.agency_id THEN a.name END AS others,
  own.name, own.external_id, own.address, own.city, own.lat, own.lon, own.radius_m,
  coalesce(r.name, other.name), coalesce(r.external_id, other.external_id),
  coalesce(r.address_line1, other.address), coalesce(r.city, other.city),
  coalesce(ST_Y(r.position), other.lat), coalesce(ST_X(r.position), other.lon),
  coalesce(r.position_radius_m, other.radius_m)
FROM upload_pair AS p JOIN upload AS u ON u.id = p.upload_id
LEFT JOIN resource AS r ON r.id = p.resource_id LEFT JOIN agency AS a ON a.id = r.agency_id
LEFT JOIN row AS own ON own.number = p.number
LEFT JOIN row AS other ON other.number = p.other_number
WHERE p.upload_id = :upload AND (p.choice IS NOT NULL, p.id) > (
  coalesce((SELECT choice IS NOT NULL FROM upload_pair WHERE id = :after), false), :after)
ORDER BY p.choice IS NOT NULL, p.id LIMIT :limit

-- name: counts
SELECT count(*) FILTER (WHERE choice IS NULL AND own) AS undecided,
  count(*) FILTER (WHERE choice IS NOT NULL) AS decided,
  count(*) FILTER (WHERE choice IS NULL AND NOT own) AS told
FROM (SELECT p.choice, coalesce(r.agency_id = u.agency_id, true) AS own
      FROM upload_pair AS p JOIN upload AS u ON u.id = p.upload_id
      LEFT JOIN resource AS r ON r.id = p.resource_id WHERE p.upload_id = :upload) AS listed

-- name: held_because
SELECT DISTINCT ON (p.number) p.number, coalesce(r.name, 'row ' || p.other_number),
  r.external_id, p.reasons
FROM upload_pair AS p JOIN upload AS u ON u.id = p.upload_id
LEFT JOIN resource AS r ON r.id = p.resource_id
WHERE p.upload_id = :upload AND p.choice IS NULL AND coalesce(r.agency_id = u.agency_id, true)
ORDER BY p.number, p.score DESC, p.id

-- name: choosable
-- Undecided pairs; where not all may be called the same , the likeliest of each row and of
-- each resource.
SELECT id FROM (
  SELECT p.id, row_number() OVER (PARTITION BY p.number ORDER BY score DESC, p.id) AS nth,
    row_number() OVER (PARTITION BY p.resource_id, p.other_number
                       ORDER BY score DESC, p.id) AS nth_other
  FROM upload_pair AS p JOIN upload AS u ON u.id = p.upload_id
  LEFT JOIN resource AS r ON r.id = p.resource_id
  WHERE p.upload_id = :upload AND p.choice IS NULL AND p.score >= :least
    AND coalesce(r.agency_id = u.agency_id, true)) AS listed
WHERE :each OR (nth = 1 AND nth_other = 1) ORDER BY id

-- name: remember
INSERT INTO same_choice (agency_id, kind, row_key, resource_id, other_key, choice, account_id)
SELECT DISTINCT ON (own, resource_id, other) :agency, :kind, own, resource_id, other, choice,
  :account
FROM (SELECT id, resource_id, choice, least(row_key, other_key) AS own,
        CASE WHEN resource_id IS NULL THEN greatest(row_key, other_key) END AS other
      FROM upload_pair WHERE id = ANY(:ids) AND choice IS NOT NULL) AS chosen
ORDER BY own, resource_id, other, id
ON CONFLICT (agency_id, kind, row_key, resource_id, other_key)
DO UPDATE SET choice = EXCLUDED.choice, account_id = EXCLUDED.account_id, created_at = now()
