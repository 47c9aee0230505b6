-- Counting the books (meris/ledger/books.py) and reading them (meris/ledger/explain.py).

-- name: faults
-- Every balance beside the sum of its movements, where the two differ.
WITH moved AS (
  SELECT stock_line_id AS id,
         sum(CASE WHEN to_place IN ('free', 'promised') THEN quantity ELSE 0 END
             - CASE WHEN from_place IN ('free', 'promised') THEN quantity ELSE 0 END) AS on_hand,
         sum(CASE 'promised' WHEN to_place THEN quantity WHEN from_place THEN -quantity ELSE 0 END)
           AS committed,
         sum(CASE WHEN fill_id IS NULL THEN 0 WHEN to_place = 'promised' THEN quantity
             WHEN from_place = 'promised' THEN -quantity ELSE 0 END) AS promised
  FROM stock_movement WHERE stock_line_id IS NOT NULL GROUP BY stock_line_id
), sent AS (
  SELECT m.shipment_line_id AS id,
         sum(CASE 'transit' WHEN to_place THEN m.quantity WHEN from_place THEN -m.quantity ELSE 0 END)
           AS transit,
         sum(CASE WHEN kind <> 'transfer_in' OR m.stock_line_id = s.stock_line_id THEN 0
             WHEN reverses_id IS NULL THEN m.quantity ELSE -m.quantity END) AS received
  FROM stock_movement m JOIN shipment_line s ON s.id = m.shipment_line_id
  GROUP BY m.shipment_line_id
), filled AS (
  SELECT m.fill_id AS id,
         sum(CASE 'promised' WHEN to_place THEN m.quantity WHEN from_place THEN -m.quantity ELSE 0 END)
           AS committed,
         sum(CASE 'transit' WHEN to_place THEN m.quantity WHEN from_place THEN -m.quantity ELSE 0 END)
           AS transit,
         sum(CASE WHEN kind = 'transfer_in' AND m.stock_line_id <> f.stock_line_id OR kind = 'issue'
             THEN CASE WHEN reverses_id IS NULL THEN m.quantity ELSE -m.quantity END ELSE 0 END)
           AS received
  FROM stock_movement m JOIN fill f ON f.id = m.fill_id GROUP BY m.fill_id
), promises AS (
  SELECT stock_line_id AS id, sum(quantity_committed) AS promised
  FROM fill WHERE stock_line_id IS NOT NULL GROUP BY stock_line_id
), beside AS (
  SELECT 'stock_line' AS table_name, l.id AS id, said.name, said.kept, coalesce(said.counted, 0) AS counted
  FROM stock_line l LEFT JOIN moved ON moved.id = l.id LEFT JOIN promises p ON p.id = l.id
  CROSS JOIN LATERAL (VALUES
    ('quantity_on_hand', l.quantity_on_hand, moved.on_hand),
    ('quantity_committed', l.quantity_committed, moved.committed),
    ('quantity_promised', l.quantity_promised, moved.promised),
    ('quantity_promised', l.quantity_promised, p.promised)
  ) AS said (name, kept, counted)
  UNION ALL
  SELECT 'fill', f.id, said.name, said.kept, coalesce(said.counted, 0)
  FROM fill f LEFT JOIN filled ON filled.id = f.id CROSS JOIN LATERAL (VALUES
    ('quantity_committed', f.quantity_committed, filled.committed),
    ('quantity_in_transit', f.quantity_in_transit, filled.transit),
    ('quantity_received', f.quantity_received, filled.received)
  ) AS said (name, kept, counted)
  WHERE f.stock_line_id IS NOT NULL
  UNION ALL
  SELECT 'shipment_line', s.id, said.name, said.kept, coalesce(said.counted, 0)
  FROM shipment_line s LEFT JOIN sent ON sent.id = s.id CROSS JOIN LATERAL (VALUES
    ('quantity_in_transit', s.quantity_in_transit, sent.transit),
    ('quantity_received', s.quantity_received, sent.received)
  ) AS said (name, kept, counted)
)
SELECT DISTINCT table_name, id, name, kept, counted FROM beside WHERE kept <> counted
ORDER BY table_name, id, name

-- name: places
-- Balances where there is one, movements where there is none.
SELECT item_name, unit_of_issue, place, sum(quantity) AS quantity
FROM (
  SELECT item_name, unit_of_issue, 'shelves' AS place, quantity_on_hand AS quantity FROM stock_line
  UNION ALL
  SELECT l.item_name, l.unit_of_issue, 'transit', s.quantity_in_transit
  FROM shipment_line s JOIN stock_line l ON l.id = s.stock_line_id
  UNION ALL
  SELECT l.item_name, l.unit_of_issue, said.place, said.quantity
  FROM stock_movement m
  LEFT JOIN shipment_line s ON s.id = m.shipment_line_id
  JOIN stock_line l ON l.id = coalesce(m.stock_line_id, s.stock_line_id)
  CROSS JOIN LATERAL (VALUES (m.to_place, m.quantity), (m.from_place, -m.quantity))
    AS said (place, quantity)
  WHERE said.place IN ('outside', 'consumed', 'disposed', 'difference')
) AS every
WHERE CAST(:item_name AS varchar) IS NULL OR item_name = :item_name
GROUP BY item_name, unit_of_issue, place
