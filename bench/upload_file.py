"""A file of shelters as counties send them, and the bare SQL that loads the same rows."""

import csv
import io
import random

from sqlalchemy import text

from geo.gazetteer import Gazetteer
from geo.values import SRID

COLUMNS = (
    "SHELTER_ID",
    "SHELTER_NAME",
    "ADDRESS",
    "CITY",
    "SHELTER_STATUS",
    "EVACUATION_CAPACITY",
    "POST_IMPACT_CAPACITY",
    "TOTAL_POPULATION",
    "LATITUDE",
    "LONGITUDE",
)

INSERT_RESOURCES = text(f"""
    INSERT INTO resource (kind, agency_id, external_id, name, address_line1, city, status,
                          status_at, position, position_source, position_at, confirmed_at,
                          confirmed_by, source)
    SELECT 'shelter', :agency, shelter_id, shelter_name, address, city, lower(shelter_status),
           now(), ST_SetSRID(ST_MakePoint(longitude::float, latitude::float), {SRID}),
           'reported', now(), now(), 'bare SQL', 'shelters.csv'
    FROM bare
    ON CONFLICT (agency_id, kind, external_id) WHERE external_id IS NOT NULL DO UPDATE
    SET name = EXCLUDED.name, address_line1 = EXCLUDED.address_line1, city = EXCLUDED.city,
        status = EXCLUDED.status, position = EXCLUDED.position
""")

INSERT_SHELTERS = text("""
    INSERT INTO shelter (resource_id, evacuation_capacity, post_impact_capacity, population_total)
    SELECT r.id, evacuation_capacity::int, b.post_impact_capacity::int, total_population::int
    FROM bare b JOIN resource r
      ON r.agency_id = :agency AND r.kind = 'shelter' AND r.external_id = b.shelter_id
    ON CONFLICT (resource_id) DO UPDATE
    SET evacuation_capacity = EXCLUDED.evacuation_capacity,
        post_impact_capacity = EXCLUDED.post_impact_capacity,
        population_total = EXCLUDED.population_total
""")


def shelters(size: int, first: int = 0) -> bytes:
    """A CSV file of `size` shelters in the towns of Missouri, numbered from `first`."""
    dice, out = random.Random(size + first), io.StringIO()
    writer = csv.writer(out)
    writer.writerow(COLUMNS)
    towns = [town for town in Gazetteer.load("MO").towns if town.state == "MO"]
    for number in range(first, first + size):
        town = dice.choice(towns)
        places = dice.randint(20, 900)
        writer.writerow(
            (
                f"S{number}",
                f"{town.name} Shelter {number}",
                f"{number} Main St",
                town.name,
                dice.choice(("OPEN", "CLOSED")),
                places,
                places // 2,
                0,
                round(town.position.lat + dice.uniform(-0.01, 0.01), 5),
                round(town.position.lon + dice.uniform(-0.01, 0.01), 5),
            )
        )
    return out.getvalue().encode()
