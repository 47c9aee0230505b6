"""The field catalogue: each column of each kind once, with everything that is known of it.

    from meris import fields
    fields.of("shelter")                     the fields, in order
    fields.field("shelter", "status").rule   how a cell is read, shown and described
    fields.statuses("unit")                  a code list

From it come the CSV templates, the header table, the checks and their messages, the JSON schemas,
the forms and the page `docs/fields.md`. Rules read cells against a `Home` (the state served).
"""

from meris.fields.ages import AGE_LIMITS, age_limit, age_limit_minutes, limit_minutes
from meris.fields.catalogue import (
    CATALOGUE,
    RESOURCE_KIND,
    by_name,
    field,
    needs,
    of,
    statuses,
    types,
)
from meris.fields.codes import Choice, CodeList
from meris.fields.dispatch import (
    IncidentType,
    Sent,
    UnitProfile,
    incident_types,
    unit_profiles,
)
from meris.fields.docs import page as docs_page
from meris.fields.factors import FACTORS
from meris.fields.field import KINDS, ROW_KINDS, Field, Synonym
from meris.fields.forms import SECTIONS, choices_of, code_list, form
from meris.fields.headers import Meaning, header_table, meanings, meant_by_tag
from meris.fields.home import Home
from meris.fields.important import important, vital
from meris.fields.incident import INCIDENT, INCIDENT_BY_NAME, LOG_TEXT
from meris.fields.items import BY_CODE, ITEMS, Item, find_item, in_base_units, item_units
from meris.fields.lists_common import APPROXIMATE_SOURCES, POSITION_SOURCE, SENSITIVITY
from meris.fields.lists_incident import (
    AREA_KIND,
    ASSIGNMENT_STATUS,
    CLOSE_REASON,
    DANGEROUS_AREAS,
    INCIDENT_STATUS,
    LOG_KIND,
    PRIORITY,
)
from meris.fields.lists_unit import ICS_STATUS, OUT_REASON
from meris.fields.rule import Judged, Rule
from meris.fields.schema import json_schema, row_model
from meris.fields.template import template_csv, template_fields

__all__ = [
    "AGE_LIMITS",
    "APPROXIMATE_SOURCES",
    "AREA_KIND",
    "ASSIGNMENT_STATUS",
    "BY_CODE",
    "CATALOGUE",
    "CLOSE_REASON",
    "DANGEROUS_AREAS",
    "FACTORS",
    "ICS_STATUS",
    "INCIDENT",
    "INCIDENT_BY_NAME",
    "INCIDENT_STATUS",
    "ITEMS",
    "KINDS",
    "LOG_KIND",
    "LOG_TEXT",
    "OUT_REASON",
    "POSITION_SOURCE",
    "PRIORITY",
    "RESOURCE_KIND",
    "ROW_KINDS",
    "SECTIONS",
    "SENSITIVITY",
    "Choice",
    "CodeList",
    "Field",
    "Home",
    "IncidentType",
    "Item",
    "Judged",
    "Meaning",
    "Rule",
    "Sent",
    "Synonym",
    "UnitProfile",
    "age_limit",
    "age_limit_minutes",
    "by_name",
    "choices_of",
    "code_list",
    "docs_page",
    "field",
    "find_item",
    "form",
    "header_table",
    "important",
    "in_base_units",
    "incident_types",
    "item_units",
    "json_schema",
    "limit_minutes",
    "meanings",
    "meant_by_tag",
    "needs",
    "of",
    "row_model",
    "statuses",
    "template_csv",
    "template_fields",
    "types",
    "unit_profiles",
    "vital",
]
