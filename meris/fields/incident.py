"""The fields of an incident, once: how each is read, shown and described to a form.

Its type is not among the code lists here: an installation keeps its own (`incident_type`).
"""

from dataclasses import dataclass, replace

from meris.errors import Invalid
from meris.fields.contact import Phone
from meris.fields.field import Field
from meris.fields.home import Home
from meris.fields.lists_common import SENSITIVITY
from meris.fields.lists_incident import PRIORITY
from meris.fields.places import Latitude, Longitude
from meris.fields.rule import Judged, Rule
from meris.fields.text_rules import Notes, OneOf, Text
from meris.fields.times import Moment
from meris.fields.words import clean
from meris.language import N_


@dataclass(frozen=True)
class CallerPhone(Phone):
    """As `Phone`, but whatever was heard is kept: a call is not lost for a digit."""

    longest: int = 40

    def _judge(self, text: str, home: Home) -> Judged:
        try:
            return super()._judge(text, home)
        except Invalid:
            return Judged(Text(self.longest, self.noun).read(clean(text), home))


def _field(name: str, title: str, rule: Rule, section: str, about: str) -> Field:
    return Field(name, title, ("incident",), rule, "incident", section, about)


#: What is written in a log and told of an incident: never who somebody is.
LOG_TEXT = Notes(noun=N_("entry"), health=True)

INCIDENT: tuple[Field, ...] = (
    _field("type", "Type", Text(60, "type"), "identity", "What happened: a name or its short form"),
    _field("priority", "Priority", OneOf(PRIORITY), "identity", "Without it, that of its type"),
    _field("title", "Title", Text(120, "title"), "identity", "Without it, the type and the place"),
    _field("place", "Place", Text(200, "place"), "place", "Address, town, grid reference, site"),
    _field("latitude", "Latitude", Latitude(), "place", "With the longitude, in place of words"),
    _field("longitude", "Longitude", Longitude(), "place", "West is negative"),
    _field("reported_at", "Reported", Moment(), "about", "When the call came; without it, now"),
    _field(
        "sensitivity", "Who may see it", OneOf(SENSITIVITY), "about", "Confidential: named roles"
    ),
    _field("situation", "Situation", Notes(health=True), "about", "ICS 201 block 5"),
    _field("objectives", "Objectives", Notes(health=True), "about", "ICS 201 block 7"),
    _field("commander", "Incident commander", Text(80, "name"), "about", "Name and radio name"),
    _field("command_post", "Command post", Text(120, "place"), "about", "Where it is"),
    replace(
        _field("caller_name", "Caller", Text(80, "name"), "contact", "Shown to dispatchers only"),
        staff_only=True,
    ),
    replace(
        _field("caller_phone", "Caller's phone", CallerPhone(), "contact", "To call back"),
        staff_only=True,
    ),
)

INCIDENT_BY_NAME = {field.name: field for field in INCIDENT}
