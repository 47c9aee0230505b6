"""What makes a password good enough (NIST SP 800-63B-4; domain §10.3), and how it is kept.

There are no rules of composition and no expiry: length, and nothing that is guessed first.
"""

import re
import unicodedata
from collections.abc import Iterable
from functools import cache

from passlib.context import CryptContext
from passlib.pwd import genphrase
from zxcvbn.frequency_lists import FREQUENCY_LISTS

from meris.errors import Invalid
from meris.language import _

#: Code points when the password is all there is, and when a second factor stands beside it.
MIN_ALONE, MIN_WITH_SECOND_FACTOR = 15, 8
#: Bounds the work of hashing; far above what anybody types.
MAX_LENGTH = 1000
#: Argon2id as OWASP asks for it; written into each hash, so that it can be raised later.
ARGON2 = {
    "argon2__type": "ID",
    "argon2__memory_cost": 19_456,
    "argon2__time_cost": 2,
    "argon2__parallelism": 1,
}
_HASHER = CryptContext(schemes=["argon2"], **ARGON2)

#: Words that anybody would try on this site, whoever the account belongs to.
_SITE_WORDS = (
    "meris emergency management resource shelter supply county dispatch dispatcher responder"
    " editor state password exercise department office admin administrator welcome"
)
_RUNS = ("1234567890", "abcdefghijklmnopqrstuvwxyz", "qwertyuiopasdfghjklzxcvbnm")
_SHORTEST_WORD = 4


def normalize(password: str) -> str:
    """The same text for the same keys, whatever the keyboard (NFKC)."""
    return unicodedata.normalize("NFKC", password)


def hash_password(password: str) -> str:
    """A salted, slow hash with its parameters in it. Takes about 50 ms."""
    return str(_HASHER.hash(normalize(password)))


def new_passphrase() -> str:
    """Five random words of the EFF's long list, 64 bits."""
    return str(genphrase(length=5, wordset="eff_long", sep="-"))


def check(password: str, *, about: Iterable[str] = (), second_factor: bool = False) -> None:
    """Raise `Invalid`, saying why, unless the password is good enough.

    `about` are texts on the account (name, e-mail, agency) whose words do not count.
    """
    text = normalize(password)
    shortest = MIN_WITH_SECOND_FACTOR if second_factor else MIN_ALONE
    if len(text) < shortest:
        raise Invalid(
            _(
                "Use %(shortest)s characters or more; this has %(length)s."
                " Four unrelated words are easy to remember and hard to guess.",
                shortest=shortest,
                length=len(text),
            )
        )
    if len(text) > MAX_LENGTH:
        raise Invalid(_("Use %(most)s characters or fewer.", most=MAX_LENGTH))
    _refuse_common(text.casefold())
    _refuse_known_words(text.casefold(), about)


def _refuse_common(text: str) -> None:
    if _is_common(text):
        raise Invalid(_("This is one of the passwords that are tried first. Choose another."))
    piece = _repeated_piece(text)
    if len(piece) < len(text) and (len(piece) <= _SHORTEST_WORD or _is_common(piece)):
        raise Invalid(_("This repeats “%(piece)s”. Choose another.", piece=piece))
    if any(text in run * 20 or text in run[::-1] * 20 for run in _RUNS):
        raise Invalid(_("This runs along the keyboard or the alphabet. Choose another."))


def _is_common(text: str) -> bool:
    letters = "".join(filter(str.isalpha, text))
    return text in _common() or (len(letters) >= _SHORTEST_WORD and letters in _common())


def _repeated_piece(text: str) -> str:
    # a text that repeats with a period is found again, shifted, inside its double
    return text[: (text + text).find(text, 1)]


def _refuse_known_words(text: str, about: Iterable[str]) -> None:
    """Refuse what is nothing but words that go with this site or this person."""
    letters = "".join(filter(str.isalpha, text))
    used = []
    for word in sorted(_words(about), key=len, reverse=True):
        if word in letters:
            used.append(word)
            letters = letters.replace(word, "")
    if used and len(letters) < _SHORTEST_WORD:
        raise Invalid(
            _(
                "This is little more than %(words)s, which anybody would try here."
                " Use words that have nothing to do with you, your agency or this site.",
                words=", ".join(sorted(used)),
            )
        )


def _words(about: Iterable[str]) -> set[str]:
    text = normalize(" ".join((_SITE_WORDS, *about))).casefold()
    return {word for word in re.findall(r"[^\W\d_]+", text) if len(word) >= _SHORTEST_WORD}


@cache
def _common() -> frozenset[str]:
    """The 30,000 most used passwords, which zxcvbn ships."""
    return frozenset(FREQUENCY_LISTS["passwords"])
