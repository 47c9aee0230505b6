"""How words are compared: headers, codes and the many ways of saying "not known"."""

import difflib
import re
import unicodedata
from collections.abc import Iterable, Mapping

_NOT_ALPHANUMERIC = re.compile(r"[^a-z0-9]+")
# those that turn the direction of writing make "exe.csv" look like "vsc.exe"
_CONTROL = re.compile(
    r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\u200b-\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff]"
)

# What people write into a cell when they do not know. "none" is not here: it is an answer.
_UNKNOWN_TEXTS = frozenset(
    {"", "-", "--", "---", "?", "na", "n/a", "#n/a", "null", "(null)", "<null>", "nan", "tbd"}
    | {"unknown", "not available", "not known", "-999", "-9999", "-999.0", "-9999.0"}
)
_UNKNOWN_WORDS = _UNKNOWN_TEXTS | {"u", "unk"}
#: Longer texts say something.
LONGEST_UNKNOWN = max(map(len, _UNKNOWN_TEXTS))


def key(text: str) -> str:
    """The comparison key of a header or code: lower-case a–z and 0–9 only, accents dropped.

    `"Shelter_Name "`, `"SHELTER NAME"` and `"shelter-name"` share one key.
    """
    flat = unicodedata.normalize("NFKD", text) if not text.isascii() else text
    return _NOT_ALPHANUMERIC.sub("", flat.casefold())


def clean(text: str) -> str:
    """The text without invisible and control characters, runs of blanks made one, trimmed."""
    if not text.isprintable():
        text = _CONTROL.sub("", text)
    return " ".join(text.split())


def clean_lines(text: str) -> str:
    """As `clean`, but line breaks stay: for notes."""
    lines = _CONTROL.sub("", text.replace("\r\n", "\n").replace("\r", "\n")).split("\n")
    return "\n".join(" ".join(line.split()) for line in lines).strip()


def is_unknown(text: str, letters: bool = True) -> bool:
    """Whether a trimmed cell says "not known" (empty, N/A, TBD, -999, …).

    `letters=False` for free text, where "U" and "UNK" may be real content.
    """
    if len(text) > LONGEST_UNKNOWN:
        return False
    return text.casefold() in (_UNKNOWN_WORDS if letters else _UNKNOWN_TEXTS)


def closest(text: str, choices: Mapping[str, str], cutoff: float = 0.7) -> str | None:
    """The value whose key is most like `text`, or None when nothing comes near.

    `choices` maps comparison keys to what is suggested. Ratio is 0–1.
    """
    wanted = key(text)
    if not wanted or len(wanted) > 60:
        return None
    # in a short word one letter is much: "tins" is not a misspelt "mres"
    cutoff = max(cutoff, 0.8) if len(wanted) < 5 else cutoff
    near = difflib.get_close_matches(wanted, _worth(wanted, choices, cutoff), n=1, cutoff=cutoff)
    return choices[near[0]] if near else None


def _worth(wanted: str, choices: Iterable[str], cutoff: float) -> list[str]:
    """The choices worth a comparison, which costs much: of about the same length, and with the
    same beginning or end. A file of other states has thousands of counties that are none of ours.
    """
    first, last, length = wanted[0], wanted[-3:], len(wanted)
    return [
        choice
        for choice in choices
        if (choice[:1] == first or choice[-3:] == last)
        and 2 * min(length, len(choice)) >= cutoff * (length + len(choice))
    ]


def with_article(noun: str) -> str:
    """`a status`, `an e-mail address`."""
    spoken_as_you = noun.lower().startswith(("uni", "us"))
    return f"{'an' if noun[:1].lower() in 'aeiou' and not spoken_as_you else 'a'} {noun}"


def shown(raw: object, limit: int = 40) -> str:
    """A cell as a message quotes it: on one line, not longer than `limit` characters."""
    text = clean(str(raw))
    return f'"{text if len(text) <= limit else text[: limit - 1] + "…"}"'
