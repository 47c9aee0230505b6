-- Planning factors (meris/tables/running_out.py), and how a point of distribution works.
CREATE TABLE planning_factor (
  code VARCHAR NOT NULL,
  title VARCHAR NOT NULL,
  place VARCHAR,
  item_code VARCHAR,
  also TEXT[] DEFAULT '{}' NOT NULL,
  per VARCHAR NOT NULL,
  quantity NUMERIC NOT NULL,
  least NUMERIC NOT NULL,
  most NUMERIC NOT NULL,
  unit VARCHAR NOT NULL,
  expected BOOLEAN DEFAULT false NOT NULL,
  source VARCHAR NOT NULL,
  verified BOOLEAN DEFAULT false NOT NULL,
  rank INTEGER NOT NULL,
  CONSTRAINT pk_planning_factor PRIMARY KEY (code),
  CONSTRAINT ck_planning_factor_per CHECK (per IN ('person_day', 'person', 'number')),
  CONSTRAINT ck_planning_factor_place CHECK (place IN ('shelter', 'pod')),
  CONSTRAINT ck_planning_factor_item CHECK ((per = 'number') = (item_code IS NULL)),
  CONSTRAINT ck_planning_factor_between CHECK (0 < least AND least <= quantity AND quantity <= most),
  CONSTRAINT fk_planning_factor_item_code FOREIGN KEY(item_code) REFERENCES item (code)
);
COMMENT ON COLUMN planning_factor.place IS 'shelter or pod; null: a plain number';
COMMENT ON COLUMN planning_factor.item_code IS 'what is asked for when it runs low';
COMMENT ON COLUMN planning_factor.also IS 'items that serve the same need';
COMMENT ON COLUMN planning_factor.expected IS 'a place without any on record is told';
CREATE UNIQUE INDEX uq_planning_factor_item ON planning_factor (place, item_code);

ALTER TABLE supply_site
  ADD COLUMN pod_type INTEGER,
  ADD COLUMN vehicles_per_hour INTEGER,
  ADD COLUMN people_per_vehicle NUMERIC,
  ADD COLUMN loading_points INTEGER,
  ADD COLUMN pod_staff INTEGER,
  ADD CONSTRAINT ck_supply_site_pod_type CHECK (pod_type BETWEEN 1 AND 3),
  ADD CONSTRAINT ck_supply_site_throughput CHECK (least(vehicles_per_hour, people_per_vehicle, loading_points, pod_staff) >= 0);
COMMENT ON COLUMN supply_site.pod_type IS 'of a point of distribution; 1 is the largest';
COMMENT ON COLUMN supply_site.vehicles_per_hour IS 'as reported; null: what its type is planned for';
COMMENT ON COLUMN supply_site.pod_staff IS 'people at work by day';
