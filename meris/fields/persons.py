"""Texts about single persons, which MERIS must not hold: it counts people and never names them.

Domain §10.1: no names of residents, birth dates, Social Security numbers, medical records or other
health data about a person. A refusal never repeats the text.
"""

import re
from functools import cache
from typing import NamedTuple

from meris.errors import Invalid
from meris.language import N_, _

#: The rule that a refusal of such a text names, so that nobody quotes the text beside it.
PERSONAL = "personal data"

_SSN = re.compile(
    r"\b\d{3}-\d{2}-\d{4}\b|\b(?:ssn|social security)\b\W*(?:no|number|#)?\W*\d{3}", re.IGNORECASE
)
_BIRTH = re.compile(
    r"\b(?:d\.?o\.?b\b\.?|(?:date of )?birth(?: ?da(?:te|y))?|born(?: on)?)\W{0,3}\d{1,4}[/.-]",
    re.IGNORECASE,
)
_RECORD = re.compile(
    r"\b(?:mrn|medical record|patient (?:id|no|number))\b\W*(?:no|number|#)?\W*[a-z]?\d{4,}",
    re.IGNORECASE,
)
_HEALTH = re.compile(
    r"\b(?:mr|mrs|ms|miss|patient|resident|evacuee|client|child|baby)\b\.?[^.;\n]{0,60}"
    r"\b(?:diabet\w*|insulin|hiv|hepatitis|schizo\w*|dementia|alzheimer\w*|pregnan\w*|bipolar|"
    r"seizures?|suicid\w*)\b",
    re.IGNORECASE,
)
_LAST_FIRST = re.compile(r"^[A-Z][\w'’-]+, [A-Z][a-z]")
_FIRST_LAST = re.compile(r"^(?:\d+[.)]\s*)?([A-Z][a-z]+)(?: [A-Z]\.?)?((?: [A-Z][\w'’-]+){1,2})\b")
# "Paul Revere School" and "Mary Street" are places.
_OF_A_PLACE = re.compile(
    r" (?:church|lutheran|baptist|methodist|catholic|schools?|elementary|middle|high|college|"
    r"county|university|academy|center|hall|hospital|park|arena|library|house|inn|hotel|ministries|"
    r"st|street|ave|avenue|rd|road|dr|drive|ln|lane|blvd|hwy|ct|way)\b",
    re.IGNORECASE,
)
_PARTS = re.compile(r"[,;\n]|\band\b|&")
_MANY = 3

# The commonest given names of the United States (Social Security Administration, 1924–2023); a
# list of "Given Family" is told from a list of organizations by them.
_GIVEN_NAMES = """
aaron abigail adam alan albert alexander alice amanda amber amy andrea andrew angela ann anna
anthony arthur ashley austin barbara benjamin betty beverly billy bobby bradley brandon brenda
brian brittany bruce bryan carl carol carolyn catherine charles charlotte cheryl christina
christine christopher cynthia daniel danielle david deborah debra denise dennis diana diane
donald donna doris dorothy douglas dylan edward elijah elizabeth emily emma eric ethan eugene
evelyn frances frank gabriel gary george gerald gloria gregory hannah harold heather helen henry
isabella jack jacob jacqueline james janet janice jason jean jeffrey jennifer jeremy jerry jesse
jessica joan joe john johnny jonathan jordan jose joseph joshua joyce juan judith judy julia
julie justin karen katherine kathleen kathryn kayla keith kelly kenneth kevin kimberly kyle
larry laura lauren lawrence linda lisa logan lori louis margaret maria marie marilyn mark martha
mary mason matthew megan melissa michael michelle mia nancy natalie nathan nicholas nicole noah
olivia pamela patricia patrick paul peter philip rachel ralph randy raymond rebecca richard
robert roger ronald rose roy russell ruth ryan samantha samuel sandra sara sarah scott sean
sharon shirley sophia stephanie stephen steven susan teresa terry theresa thomas timothy tyler
victoria vincent walter wayne william willie zachary
"""


class About(NamedTuple):
    """What a text about persons looks like, and what to do about it."""

    what: str
    fix: str


_TAKE_OUT = N_("Take it out.")
_COUNT = N_("Write how many people, and never who they are.")


def about_persons(text: str, *, names: bool = True, health: bool = True) -> About | None:
    """What a text tells of single persons; None for an ordinary text.

    `names=False` for cells where several names may stand, such as contacts; `health=False` for
    the log of an incident, where "patient, diabetic" tells the crew what to bring.
    """
    if _SSN.search(text):
        return About(N_("a Social Security number"), _TAKE_OUT)
    if _BIRTH.search(text):
        return About(N_("a date of birth"), _TAKE_OUT)
    if _RECORD.search(text):
        return About(N_("the number of a medical record"), _TAKE_OUT)
    if names and health and _HEALTH.search(text):
        return About(N_("the health of a person"), _COUNT)
    if names and _lists_names(text):
        return About(N_("a list of names"), _COUNT)
    return None


def refusal(noun: str, about: About) -> Invalid:
    """The error for such a text: it says what was found and repeats nothing of it."""
    fix = _(about.fix)
    message = _("This %(noun)s holds what looks like %(what)s.", noun=_(noun), what=_(about.what))
    return Invalid(f"{message} {fix}", value="", rule=PERSONAL, fix=fix)


def _lists_names(text: str) -> bool:
    """Whether three parts of a text or more read like "Last, First" or "First Last"."""
    parts = _PARTS.split(text)
    if len(parts) < _MANY:
        return False
    reversed_names = sum(1 for part in re.split(r"[;\n]", text) if _LAST_FIRST.match(part.strip()))
    return max(reversed_names, sum(map(_is_name, parts))) >= _MANY


@cache
def _given() -> frozenset[str]:
    return frozenset(_GIVEN_NAMES.split())


def _is_name(part: str) -> bool:
    """Whether a part of a text reads like "John Smith", also with a number before or behind."""
    found = _FIRST_LAST.match(part.strip())
    return bool(found and found[1].lower() in _given() and not _OF_A_PLACE.search(part))
