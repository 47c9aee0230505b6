"""Which passwords are good enough, and what a person is told about the others."""

import pytest

from meris.accounts import passwords
from meris.errors import Invalid

CAROL = ("Carol Diaz", "carol@boone.example", "Boone County Emergency Management")


@pytest.mark.parametrize(
    "password",
    [
        "gravel umbrella nineteen orchard",
        "correct horse battery staple",
        "Übergangsjäger trifft Schildkröte",
        "日本語のパスワードはとても長いです、ほら",
        "x7!kQ2#pLm9$wRt",
        "a" * 7 + "zebra quilt window",
        "purple county fences and a dog",
        "0" * 15 + "harvest moon kitchen",
    ],
)
def test_length_is_enough(password):
    passwords.check(password, about=CAROL)


@pytest.mark.parametrize(
    ("password", "because"),
    [
        ("too short by 1", "15 characters or more; this has 14"),
        ("", "this has 0"),
        ("passwordpassword", "repeats"),
        ("abcabcabcabcabcabc", "repeats"),
        ("zzzzzzzzzzzzzzzzzz", "repeats"),
        ("1234567890123456", "keyboard or the alphabet"),
        ("qwertyuiopasdfghjkl", "keyboard or the alphabet"),
        ("zyxwvutsrqponmlk", "keyboard or the alphabet"),
        ("Superman!!!!!!!2024", "tried first"),
        ("BooneCounty2026!!", "boone, county"),
        ("carol.diaz.carol.1", "carol, diaz"),
        ("meris-dispatcher-1", "dispatcher, meris"),
        ("Emergency-Management-7", "emergency, management"),
        ("x" * 1001, "1000 characters or fewer"),
    ],
)
def test_what_is_guessed_first_is_refused_and_says_why(password, because):
    with pytest.raises(Invalid, match=because):
        passwords.check(password, about=CAROL)


def test_beside_a_second_factor_eight_characters_do():
    passwords.check("kettle9!", second_factor=True)
    with pytest.raises(Invalid, match="8 characters or more; this has 7"):
        passwords.check("kettle9", second_factor=True)


def test_the_list_has_enough_common_ones_of_any_length_that_is_allowed():
    with pytest.raises(Invalid, match="tried first"):
        passwords.check("password1", second_factor=True)
    assert len(passwords._common()) >= 3000


def test_a_password_may_be_long_and_is_the_same_from_every_keyboard():
    hashed = passwords.hash_password("ﬁlm noir " + "é" * 90)
    assert passwords._HASHER.verify(passwords.normalize("film noir " + "e\u0301" * 90), hashed)
    assert hashed.startswith("$argon2id$")


def test_pass_phrases_are_random_and_good_enough():
    made = {passwords.new_passphrase() for _ in range(20)}
    assert len(made) == 20
    for phrase in made:
        passwords.check(phrase, about=CAROL)
