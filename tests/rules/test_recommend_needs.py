"""Needs: what fits, what is missing, and the words for them, forth and back."""

from itertools import product

from hypothesis import given
from hypothesis import strategies as st

from meris import fields
from meris.dispatch import need_words
from meris.needs.need import Need, kinds_said, missing

KINDS = list(fields.types("unit").by_code)
needs = st.builds(
    Need,
    st.integers(1, 200),
    st.lists(st.sampled_from(KINDS), min_size=1, max_size=4, unique=True).map(tuple),
    st.none() | st.integers(1, 5),
    st.lists(
        st.sampled_from(["swift water", "K9", "search and rescue", "type III", "with a winch"]),
        max_size=2,
        unique=True,
    ).map(tuple),
)


def as_set(need):
    return need.count, frozenset(need.unit_types), need.type_level, need.capabilities


@given(needs)
def test_what_a_need_says_is_read_back(need):
    (again,) = need_words.read(need_words.written((need,)))
    assert as_set(again) == as_set(need)


def test_words_for_needs():
    assert Need(2, ("engine",), 3).text == "2 engines, type 3 or better"
    assert Need(1, ("rescue", "engine"), 1).text == "1 rescue or engine, type 1"
    assert Need(1, ("ambulance_als",)).text == "1 ALS ambulance"
    assert Need(2, ("ambulance_als", "ambulance_bls")).text == "2 ambulances"
    assert Need(2, ("boat",), None, ("swift water",)).text == "2 boats, with swift water"
    assert kinds_said(("bus",), 3) == "buses"


def test_names_of_kinds_in_any_form():
    for text in ("2 engine", "2 Engines", "2x pumpers", "2 × fire trucks"):
        assert need_words.read(text)[0].unit_types == ("engine",)
    assert need_words.read("1 ambulance")[0].unit_types == ("ambulance_als", "ambulance_bls")
    assert need_words.read("1 medic / helo")[0].unit_types == ("ambulance_als", "helicopter")


def test_each_unit_counts_once_where_it_helps_most():
    any_ambulance = Need(1, ("ambulance_als", "ambulance_bls"))
    als = Need(1, ("ambulance_als",))
    medic, basic = ("ambulance_als", None, ()), ("ambulance_bls", None, ())
    assert missing([any_ambulance, als], [medic, basic]) == [0, 0]
    assert missing([any_ambulance, als], [medic]) == [0, 1]
    assert missing([als, als], [medic, basic]) == [0, 1]


def test_levels_and_capabilities_count():
    need = Need(1, ("engine",), 3, ("Swift Water",))
    units = [("engine", 4, ("swift water",)), ("engine", 3, ()), ("ladder", 1, ("swift water",))]
    assert missing([need], units) == [1]
    assert missing([need], [*units, ("engine", 2, ("swift-water",))]) == [0]
    # whoever sent an untyped one knew
    assert missing([need], [("engine", None, ("swift water",))]) == [0]


@given(
    st.lists(st.sets(st.integers(0, 3), min_size=1), max_size=4),
    st.lists(st.integers(0, 3), max_size=5),
)
def test_no_other_way_of_counting_fills_more(wanted, units):
    asked = [Need(1, tuple(KINDS[i] for i in sorted(some))) for some in wanted]
    have = [(KINDS[i], None, ()) for i in units]
    best = 0
    for choice in product(range(-1, len(units)), repeat=len(wanted)):
        used = [unit for unit in choice if unit >= 0]
        fit = all(unit < 0 or units[unit] in wanted[place] for place, unit in enumerate(choice))
        if fit and len(used) == len(set(used)):
            best = max(best, len(used))
    assert sum(missing(asked, have)) == len(wanted) - best
