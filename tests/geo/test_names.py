import pytest

from geo.names import folded, key, tidy


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("St. Louis", "st louis"),
        ("Saint Louis", "st louis"),
        ("SAINTE GENEVIEVE", "ste genevieve"),
        ("Lee's Summit", "lees summit"),
        ("Lee’s  Summit", "lees summit"),
        ("Cañon-City", "canon city"),
        ("Mount Vernon", "mt vernon"),
        ("Fort Leonard Wood", "ft leonard wood"),
        ("St. Louis (City), MO", "st louis city mo"),
        ("…", ""),
    ],
)
def test_names_are_compared_without_what_people_spell_differently(text: str, plain: str) -> None:
    assert folded(text) == plain


@pytest.mark.parametrize(
    ("one", "other"), [("De Kalb", "DeKalb"), ("O Fallon", "O'Fallon"), ("Mc Donald", "MCDONALD")]
)
def test_spaces_inside_a_name_do_not_matter(one: str, other: str) -> None:
    assert key(one) == key(other)


@pytest.mark.parametrize(
    ("name", "written"),
    [
        ("Saint Joseph", "St. Joseph"),
        ("Lake Saint Louis", "Lake St. Louis"),
        ("Sainte Genevieve", "Ste. Genevieve"),
        ("Mc Gee", "McGee"),
        ("O Fallon", "O'Fallon"),
        ("Saintsville", "Saintsville"),
    ],
)
def test_towns_are_named_as_on_maps(name: str, written: str) -> None:
    assert tidy(name) == written
