"""Names of places as people type them, brought to one form so that they can be compared."""

import re
import unicodedata

#: Words that are written short as often as in full.
_SHORT = {"saint": "st", "sainte": "ste", "mount": "mt", "fort": "ft"}

_WITHIN = re.compile(r"['’ʼ`.]")
_BETWEEN = re.compile(r"[^a-z0-9]+")

_WRITTEN_SHORT = {"Saint": "St.", "Sainte": "Ste."}


def folded(text: str) -> str:
    """`text` without case, accents and punctuation, words parted by one space, "saint" as "st"."""
    plain = text.casefold()
    if not plain.isascii():
        letters = unicodedata.normalize("NFKD", plain)
        plain = "".join(letter for letter in letters if not unicodedata.combining(letter))
    # An apostrophe or period belongs to its word ("Lee's", "U.S."); other marks part words.
    words = _BETWEEN.sub(" ", _WITHIN.sub("", plain)).split()
    return " ".join([_SHORT.get(word, word) for word in words])


def key(text: str) -> str:
    """`folded` without spaces: "De Kalb" and "DeKalb", "O Fallon" and "O'Fallon" are one."""
    return folded(text).replace(" ", "")


def tidy(name: str) -> str:
    """A town's name as maps write it: "St. Joseph" for Saint Joseph, "McGee" for Mc Gee."""
    joined = re.sub(r"\bMc ([A-Z])", r"Mc\1", re.sub(r"\bO ([A-Z])", r"O'\1", name))
    return " ".join(_WRITTEN_SHORT.get(word, word) for word in joined.split())
