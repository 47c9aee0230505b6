-- What runs out first (meris/running_out/listing.py).

-- name: listed
-- For each of these places and each need: what is free and usable, how fast it goes, and how many
-- hours of use that is. A need is a planning factor's item with those that serve the same, or any
-- other item by itself. Quantities are in the item's base unit; of what is not in the catalogue, in
-- its unit of issue. :since is where measuring begins; :now, :today are the state's; :least_hours is
-- how long a measured stretch has to be.
WITH need AS NOT MATERIALIZED (
  SELECT f.place, f.item_code AS need, covers.item_code, f.per, f.expected, f.title,
         CAST(f.quantity * u.size AS float) AS quantity, CAST(f.least * u.size AS float) AS least,
         CAST(f.most * u.size AS float) AS most,
         f.code, f.verified
  FROM planning_factor f
  CROSS JOIN LATERAL unnest(f.item_code || f.also) AS covers (item_code)
  JOIN item_unit u ON (u.item_code, u.unit) = (f.item_code, f.unit)
  WHERE f.per <> 'number'
), place AS MATERIALIZED (
  SELECT r.id, s.resource_id IS NULL AS is_pod,
         CASE WHEN s.resource_id IS NULL THEN 'pod' ELSE 'shelter' END AS place,
         coalesce(s.population_total, p.people) AS people,
         coalesce(p.hours, 24) AS hours
  FROM unnest(CAST(:ids AS bigint[])) AS r (id)
  LEFT JOIN shelter s ON s.resource_id = r.id
  LEFT JOIN unnest(CAST(:pods AS bigint[]), CAST(:pod_people AS float[]),
                   CAST(:pod_hours AS float[])) AS p (id, people, hours) ON p.id = r.id
), line AS MATERIALIZED (
  SELECT l.id, l.resource_id,
         coalesce(n.need, i.code, 'other:' || lower(l.item_name) || ':' || l.unit_of_issue) AS need,
         coalesce(n.title, i.title, l.item_name) AS title,
         coalesce(i.base_unit, l.unit_of_issue) AS unit,
         coalesce(i.category, l.category) AS category,
         -- an estimate needs no exact decimals, and floats are three times as fast
         CAST(l.quantity_on_hand - l.quantity_committed AS float) AS free,
         CAST(CASE WHEN i.code IS NULL THEN 1
           ELSE coalesce(CASE WHEN u.is_pack THEN l.units_per_pack END, u.size) END AS float)
           AS size,
         l.expires_on < CAST(:today AS date) AS expired,
         l.condition IS NOT DISTINCT FROM 'unserviceable' AS broken,
         CAST(l.quantity_on_hand AS float) AS on_hand,
         CAST(l.quantity_committed AS float) AS committed, CAST(l.par_level AS float) AS par
  FROM place
  JOIN stock_line l ON l.resource_id = place.id
  LEFT JOIN item i ON i.code = l.item_code
  LEFT JOIN item_unit u ON u.item_code = l.item_code AND u.unit = l.unit_of_issue
  LEFT JOIN need n ON n.place = place.place AND n.item_code = l.item_code
), used AS MATERIALIZED (
  SELECT m.stock_line_id, m.at, m.kind, CAST(m.quantity AS float) * line.size AS quantity
  FROM line
  JOIN stock_movement m ON m.stock_line_id = line.id
  WHERE m.at > :since AND m.at <= :now
    AND (m.kind IN ('issue', 'return') OR m.kind IN ('adjust_up', 'adjust_down')
         AND (m.follows OR m.stocktake_id IS NOT NULL))
    AND m.reverses_id IS NULL
    AND NOT EXISTS (SELECT FROM stock_movement b WHERE b.reverses_id = m.id)
), issued AS (
  SELECT stock_line_id,
         sum(CASE kind WHEN 'issue' THEN quantity ELSE -quantity END) AS quantity,
         sum(quantity * quantity) FILTER (WHERE kind = 'issue') AS squares,
         count(*) FILTER (WHERE kind = 'issue') AS points,
         min(at) FILTER (WHERE kind = 'issue') AS first_at,
         max(at) FILTER (WHERE kind = 'issue') AS last_at
  FROM used WHERE kind IN ('issue', 'return') GROUP BY stock_line_id
), counted AS (
  -- a count that found less says what was used since the one before it; the first says nothing
  SELECT stock_line_id,
         sum(quantity) FILTER (WHERE kind = 'adjust_down' AND at > first_at) AS quantity,
         count(*) AS points, min(at) AS first_at, max(at) AS last_at
  FROM (SELECT *, min(at) OVER (PARTITION BY stock_line_id) AS first_at
        FROM used WHERE kind IN ('adjust_up', 'adjust_down')) AS m
  GROUP BY stock_line_id
), stock AS MATERIALIZED (
  SELECT resource_id, need, min(title) AS title, min(unit) AS unit, min(category) AS category,
         coalesce(sum(free * size) FILTER (WHERE expired IS NOT TRUE AND NOT broken), 0) AS free,
         sum(on_hand * size) FILTER (WHERE expired) AS expired,
         sum(committed * size) AS committed,
         sum(par * size) AS par,
         count(*) FILTER (WHERE size IS NULL AND free > 0) AS unsized,
         array_agg(id) AS lines,
         sum(issued.quantity) AS issued, sum(issued.squares) AS squares,
         sum(issued.points) AS points,
         min(issued.first_at) AS first_at, max(issued.last_at) AS last_at,
         sum(counted.quantity) AS counted, max(counted.points) AS counts,
         min(counted.first_at) AS counted_from, max(counted.last_at) AS counted_to
  FROM line
  LEFT JOIN issued ON issued.stock_line_id = line.id
  LEFT JOIN counted ON counted.stock_line_id = line.id
  GROUP BY resource_id, need
), every AS (
  SELECT resource_id, need, title, unit, category, free, expired, committed, par, unsized, lines,
         issued, squares, points, first_at, last_at, counted, counts, counted_from, counted_to,
         true AS on_record
  FROM stock
  UNION ALL
  -- what a place should have, and has none of on record
  SELECT place.id, n.need, n.title, i.base_unit, i.category, NULL, NULL, NULL, NULL, NULL, NULL,
         NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, false
  FROM place
  JOIN need n ON n.place = place.place AND n.expected AND n.item_code = n.need
  JOIN item i ON i.code = n.need
  WHERE (place.id, n.need) NOT IN (SELECT resource_id, need FROM stock)
), known AS (
  SELECT place.id, place.is_pod, place.people, place.hours, every.*,
         n.per, n.quantity AS factor, n.least, n.most, n.code AS factor_code, n.verified,
         -- each issue lasts until the next: the last one as long as they do on average
         date_part('epoch', greatest(:now, last_at
           + (last_at - first_at) / nullif(points - 1, 0)) - first_at) / 3600 AS issued_hours,
         date_part('epoch', counted_to - counted_from) / 3600 AS counted_hours
  FROM every
  JOIN place ON place.id = every.resource_id
  LEFT JOIN need n ON n.place = place.place AND n.item_code = every.need AND n.need = every.need
), rated AS (
  SELECT *,
    -- what each gets one of is not used up by the hour
    CASE
      WHEN per = 'person' THEN NULL
      WHEN last_at > first_at AND issued > 0 AND issued_hours >= :least_hours THEN 'issues'
      WHEN first_at IS NULL AND counts >= 2 AND counted > 0 AND counted_hours >= :least_hours
        THEN 'counts'
      WHEN per = 'person_day' AND people IS NOT NULL THEN 'factor'
    END AS basis
  FROM known
), burning AS (
  -- an hour of use: what stands open twelve hours a day uses nothing in the others
  SELECT *,
    CASE basis
      WHEN 'issues' THEN issued / greatest(least(issued_hours, hours), issued_hours * hours / 24)
      WHEN 'counts' THEN counted / greatest(least(counted_hours, hours), counted_hours * hours / 24)
      WHEN 'factor' THEN people * factor / hours
    END AS an_hour
  FROM rated
), judged AS (
  SELECT *,
    CASE WHEN an_hour > 0 AND on_record AND (unsized = 0 OR free > 0) THEN free / an_hour END
      AS hours_left,
    CASE
      WHEN NOT on_record THEN CASE WHEN people = 0 THEN 'enough' ELSE 'none' END
      WHEN an_hour > 0 THEN CASE WHEN unsized = 0 OR free > 0 THEN 'known' ELSE 'unknown' END
      -- handed out before measuring begins: those who were there have theirs
      WHEN per = 'person' AND people * factor > free + coalesce(issued, 0) AND unsized = 0
        AND NOT EXISTS (
          SELECT FROM stock_movement m
          WHERE m.stock_line_id = ANY(lines) AND m.kind = 'issue' AND m.at <= :since) THEN 'short'
      WHEN per IS NOT NULL AND people IS NULL THEN 'unknown'
      ELSE 'enough'
    END AS state
  FROM burning
), wanted AS MATERIALIZED (
  SELECT * FROM judged
  WHERE CAST(:needs AS text[]) IS NULL OR need = ANY(CAST(:needs AS text[]))
), tally AS (
  SELECT count(*) FILTER (WHERE state = 'known' AND hours_left <= :within) AS soon,
         count(*) FILTER (WHERE state = 'known') AS known,
         count(*) FILTER (WHERE state IN ('none', 'short', 'unknown')) AS unsure
  FROM wanted
)
SELECT tally.*, shown.*
FROM tally LEFT JOIN LATERAL (
  SELECT * FROM wanted
  WHERE CASE CAST(:show AS text)
    WHEN 'soon' THEN state = 'known' AND hours_left <= :within
    WHEN 'known' THEN state = 'known'
    WHEN 'unsure' THEN state IN ('none', 'short', 'unknown')
    ELSE true END
  ORDER BY hours_left NULLS LAST,
    CASE state WHEN 'none' THEN 1 WHEN 'short' THEN 2 WHEN 'unknown' THEN 3 ELSE 4 END,
    people DESC NULLS LAST, id, need
  LIMIT :most OFFSET :past
) AS shown ON true
