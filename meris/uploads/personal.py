"""Files and columns about single persons: never read, never shown, and nothing of them is kept.

Domain §10.1. A file whose rows are people is refused as a whole; a column about persons in a file
of something else is left out, and its cells are blotted out wherever rows are shown.
"""

import re
from collections.abc import Iterable, Iterator

from meris.errors import Refused
from meris.fields.words import key
from meris.uploads.claims import labels
from meris.uploads.match import Match
from meris.uploads.sheet import Sheet

#: What stands for a cell about persons.
MASK = "(about persons: not kept)"

_SSN = re.compile(r"\d{3}-\d{2}-\d{4}")
# Headers of what only a person has, as comparison keys.
_BIRTH = frozenset({"dob", "dateofbirth", "birthdate", "birthday", "bdate", "birth", "doborage"})
_NUMBER = frozenset(
    {"ssn", "ssn4", "last4ssn", "socialsecurity", "socialsecuritynumber", "socialsecurityno"}
    | {"mrn", "medicalrecordnumber", "medicalrecordno", "medicalrecord", "patientid", "patientno"}
    | {"evacueeid", "alienno", "driverslicense", "driverslicenseno"}
)
_GIVEN = frozenset({"firstname", "fname", "givenname", "forename", "firstnm"})
_FAMILY = frozenset({"lastname", "lname", "surname", "familyname", "lastnm"})
_NAME = frozenset(
    {"patientname", "clientname", "evacueename", "residentname", "guestname", "survivorname"}
    | {"victimname", "childname", "occupantname", "registrantname", "headofhousehold"}
)
_TRAIT = frozenset(
    {"gender", "sex", "age", "race", "ethnicity", "maritalstatus", "citizenship", "religion"}
    | {"diagnosis", "diagnoses", "medication", "medications", "allergies", "medicalconditions"}
    | {"medicalcondition", "healthconditions", "disability", "disabilities", "nextofkin"}
)
# These may also be counts.
_LIST = frozenset(
    {"guests", "guestlist", "residents", "residentnames", "occupants", "occupantnames", "evacuees"}
    | {"evacueenames", "names", "namesofresidents", "namesofguests", "familymembers", "patients"}
)
_ALWAYS = _BIRTH | _NUMBER | _GIVEN | _FAMILY | _NAME
_LETTER = re.compile(r"[^\W\d_]")
# So many cells like a Social Security number are no coincidence.
_TELLING = 3


class PeopleInFile(Refused):
    """The rows of a file are people. Nothing of it may be kept, the file itself least of all."""


def refuse_people(sheet: Sheet) -> None:
    """Raise `PeopleInFile` when each row of a file is a person.

    That is so with a column of birth dates or of persons' numbers, with names of guests, or with
    given and family names beside what else only a person has (sex, age, race, a diagnosis).
    """
    there = {key(header) for index, header in enumerate(sheet.headers) if sheet.used[index]}
    if there & (_BIRTH | _NUMBER) or (_named(there) and there & _TRAIT) or any(_numbers(sheet)):
        raise PeopleInFile(
            "The rows of this file look like single persons: it has columns such as birth dates, "
            "Social Security numbers or the names of guests. MERIS counts people and never names "
            "them, so nothing of the file was read or kept. Send how many people are where."
        )


def columns(sheet: Sheet, match: Match | None = None) -> frozenset[int]:
    """The columns about persons, by index, that are not read as contacts or the like.

    `match` tells which are read: somebody who names a column "Last name" the contact knows it.
    """
    read = {column.index for column in match.columns} if match else set()
    keys = [key(header) for header in sheet.headers]
    always = _ALWAYS | _TRAIT if _named(set(keys)) else _ALWAYS
    return frozenset(
        index
        for index, header in enumerate(keys)
        if index not in read and (header in always or (header in _LIST and _words(sheet, index)))
    )


def _named(headers: set[str]) -> bool:
    """Whether the rows have names as persons have them."""
    return bool(headers & _GIVEN and headers & _FAMILY) or bool(headers & _NAME)


def _words(sheet: Sheet, index: int) -> bool:
    """Whether a column has words in it, and not only numbers."""
    return any(index < len(row.cells) and _LETTER.search(row.cells[index]) for row in sheet.sample)


def notes(sheet: Sheet, match: Match) -> Iterator[str]:
    """What to say of the columns that are left out."""
    names = labels(sheet)
    hidden = [f'"{names[index]}"' for index in sorted(columns(sheet, match)) if sheet.used[index]]
    if hidden:
        yield (
            f"Columns about persons are not read and not shown: {', '.join(hidden)}. Take them out "
            "of the file before you send it again."
        )


def blot(cells: list[str], indexes: Iterable[int]) -> None:
    """Put the mask in place of the filled cells of some columns."""
    for index in indexes:
        if index < len(cells) and cells[index].strip():
            cells[index] = MASK


def _numbers(sheet: Sheet) -> Iterator[bool]:
    """For each column, whether most of its cells are Social Security numbers, whatever its name."""
    for index in range(len(sheet.headers)):
        cells = [row.cells[index].strip() for row in sheet.sample if index < len(row.cells)]
        known = [cell for cell in cells if cell]
        like = sum(1 for cell in known if _SSN.fullmatch(cell))
        yield like >= _TELLING and like > len(known) / 2
