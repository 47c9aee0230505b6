"""The exercise as drafts: what it is made of, without a database."""

import re
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import shapely

import meris.demo
from geo.gazetteer import Gazetteer
from geo.states import STATES
from meris import fields, shelters
from meris.accounts import ROLES
from meris.accounts.agencies import KINDS
from meris.demo import people
from meris.demo.clock import Clock, age
from meris.demo.deploying import is_committed
from meris.demo.exercise import HIDDEN, drafts, make_world
from meris.demo.rows import Draft
from meris.demo.shares import shared_out, stream
from meris.demo.world import World
from meris.errors import Invalid

NOW = datetime(2026, 5, 22, 14, 30, 45, tzinfo=UTC)
ACTIVE = {"alert", "standby", "open", "full"}


def world(seed: int = 29, scale: float = 1, now: datetime = NOW, **options: Any) -> World:
    return make_world(Gazetteer.load(), Clock.starting(now), seed=seed, scale=scale, **options)


def made(seed: int = 29, scale: float = 1, now: datetime = NOW) -> list[Draft]:
    return list(drafts(world(seed, scale, now), seed=seed, scale=scale))


def timeless(value: Any) -> Any:
    """The value without what counts back from now."""
    if isinstance(value, dict):
        return {
            name: timeless(item)
            for name, item in value.items()
            # lots and last days are dates, counted from today
            if name not in ("lot", "expires_on") and not isinstance(item, datetime)
        }
    return [timeless(item) for item in value] if isinstance(value, list) else value


def parts(draft: Draft) -> tuple[Any, ...]:
    return (
        draft.agency,
        draft.place,
        *map(timeless, (draft.common, draft.part, draft.stock, draft.fix)),
    )


@pytest.fixture(scope="module")
def state() -> list[Draft]:
    """The whole state, made once for the tests that only look at it."""
    return made()


@pytest.fixture(scope="module")
def story() -> World:
    return world()


def of(state: list[Draft], kind: str) -> list[Draft]:
    return [draft for draft in state if draft.kind == kind]


def share(drafts: list[Draft], condition: Any) -> float:
    return sum(map(bool, map(condition, drafts))) / len(drafts)


def test_the_state_is_as_large_as_promised(state):
    counts = Counter(draft.kind for draft in state)
    assert counts == {"shelter": 2500 + HIDDEN, "supply_site": 400, "unit": 1500}


def test_every_county_has_something_of_everything(state):
    for kind in fields.KINDS:
        counties = {draft.common.get("county_fips") for draft in of(state, kind)} - {None}
        assert counties == set(Gazetteer.load().counties)


def test_a_scale_multiplies():
    counts = Counter(draft.kind for draft in made(scale=0.05))
    assert counts == {"shelter": 125 + HIDDEN, "supply_site": 20, "unit": 75}


def test_people_decide_where_things_are(state):
    per_county = Counter(draft.common.get("county_fips") for draft in of(state, "shelter"))
    people = {fips: county.population for fips, county in Gazetteer.load().counties.items()}
    rate = {fips: per_county[fips] / people[fips] * 10_000 for fips in people}
    assert 3 < rate["29189"] < 4, "St. Louis County has its part"
    assert 3 < rate["29019"] < 6, "Boone County as well"
    assert max(rate.values()) < 40, "and the smallest a little more than theirs"


def test_the_same_seed_gives_the_same_exercise():
    assert list(map(parts, made(scale=0.1))) == list(map(parts, made(scale=0.1)))


def test_the_same_world_gives_it_again():
    twice = world(scale=0.1)
    first = list(map(parts, drafts(twice, seed=29, scale=0.1)))
    assert list(map(parts, drafts(twice, seed=29, scale=0.1))) == first


def test_times_move_with_the_clock_and_nothing_else_does():
    later = made(scale=0.1, now=NOW + timedelta(days=400, hours=5))
    first = made(scale=0.1)
    assert list(map(parts, first)) == list(map(parts, later))
    assert [d.common.get("confirmed_at") for d in first] != [
        d.common.get("confirmed_at") for d in later
    ]


def test_another_seed_gives_another_exercise():
    names = {draft.common["name"] for draft in made(scale=0.1)}
    others = {draft.common["name"] for draft in made(scale=0.1, seed=30)}
    assert len(names & others) < len(names) * 0.6


def test_everything_lies_in_the_county_it_names(state):
    counties = Gazetteer.load().counties
    outside = [
        draft.common["name"]
        for draft in state
        if draft.place is not None
        and not counties[draft.common["county_fips"]].geometry.intersects(
            shapely.Point(draft.place.lon, draft.place.lat)
        )
    ]
    assert outside == []


def test_nothing_is_stacked(state):
    at = Counter(draft.place for draft in state if draft.place is not None)
    assert at.most_common(1)[0][1] <= 2
    assert len(at) > 0.995 * at.total()


def test_buildings_are_in_towns_and_not_in_the_middle_of_nowhere(state):
    gazetteer = Gazetteer.load()
    # the quarters of cities are known by their ZIP codes
    known = [*gazetteer.towns, *gazetteer.zips.values()]
    towns = [town.position for town in known if town.state == "MO"]
    tree = shapely.STRtree([shapely.Point(t.lon, t.lat) for t in towns])
    places = [draft.place for draft in of(state, "shelter") if draft.place is not None]
    nearest = tree.nearest([shapely.Point(place.lon, place.lat) for place in places])
    far = [p.meters_to(towns[n]) for p, n in zip(places, nearest, strict=True)]
    assert sum(meters < 4_000 for meters in far) > 0.9 * len(far)
    assert max(far) < 16_000


def test_a_few_have_no_position_and_a_few_only_a_rough_one(state):
    assert 12 <= sum(draft.place is None for draft in state) <= 20
    rough = [draft for draft in state if draft.common.get("position_radius_m")]
    assert 20 <= len(rough) <= 40
    assert {draft.common["position_source"] for draft in rough} <= fields.APPROXIMATE_SOURCES
    for draft in state:
        assert (draft.place is None) == (draft.common.get("position_source") is None)


def test_nobody_can_find_the_hidden_shelters(state):
    hidden = [draft for draft in state if draft.common["name"].startswith("Partner site")]
    assert len(hidden) == HIDDEN
    for draft in hidden:
        told = draft.common | draft.part
        assert draft.place is None
        assert told["sensitivity"] == "confidential"
        assert not {"city", "zip", "county_fips", "address_line1", "contact_phone"} & told.keys()


def test_sensitivity_is_mixed_as_it_is_in_life(state):
    shelters, sites = of(state, "shelter"), of(state, "supply_site")
    assert share(shelters, lambda d: d.common["sensitivity"] == "public") > 0.85
    assert share(sites, lambda d: d.common["sensitivity"] == "restricted") > 0.9
    assert all(d.common["sensitivity"] == "restricted" for d in of(state, "unit"))
    assert 5 <= sum(d.common["sensitivity"] == "confidential" for d in state) <= 10


def test_shelters_are_open_where_it_happened(state, story):
    active = [draft for draft in of(state, "shelter") if draft.common["status"] in ACTIVE]
    assert 80 <= len(active) <= 100
    where = Counter(draft.common.get("county_fips") for draft in active)
    assert sum(where[fips] for fips in story.story.torn) > 45
    assert sum(where[fips] for fips in story.story.flooded) > 15
    assert {d.common["status"] for d in active} == ACTIVE


def test_a_quarter_of_the_units_is_committed_and_more_of_them_near_the_track(state, story):
    units = of(state, "unit")
    torn = [d for d in units if d.common["county_fips"] in story.story.torn]
    assert 0.2 < share(units, lambda d: is_committed(d.common["status"])) < 0.32
    assert share(torn, lambda d: is_committed(d.common["status"])) > 0.5
    assert {d.common["status"] for d in units} == {s.code for s in fields.statuses("unit")}


def test_live_positions_belong_to_units_that_are_out(state):
    live = [draft for draft in state if draft.fix]
    assert 60 < len(live) < 250
    assert {draft.kind for draft in live} == {"unit"}
    assert all(is_committed(draft.common["status"]) for draft in live)


def is_stale(draft: Draft) -> bool:
    limit = fields.age_limit_minutes(draft.kind, draft.common["status"])
    confirmed = draft.common.get("confirmed_at")
    return confirmed is None or NOW - confirmed > timedelta(minutes=limit)


def test_most_is_fresh_and_an_honest_share_is_stale(state):
    for kind in fields.KINDS:
        assert 0.05 < share(of(state, kind), is_stale) < 0.3


def test_nothing_happened_in_the_future(state):
    times = [v for d in state for v in (d.common | d.part).values() if isinstance(v, datetime)]
    assert max(times) <= NOW
    assert {(t.second, t.microsecond) for t in times} == {(0, 0)}


def test_post_impact_is_about_half_of_evacuation(state):
    known = [d.part for d in of(state, "shelter") if d.part.get("post_impact_capacity")]
    rates = sorted(p["post_impact_capacity"] / p["evacuation_capacity"] for p in known[HIDDEN:])
    assert rates[0] > 0.3
    assert rates[-1] <= 0.5
    assert 0.48 < rates[len(rates) // 2] <= 0.5


def test_what_is_not_known_is_left_open(state):
    for column in ("wheelchair_accessible", "pet_policy", "generator", "kitchen"):
        values = Counter(draft.part.get(column) for draft in of(state, "shelter"))
        assert values[None] > 300, column
        assert len(values) >= 3, column


def test_the_facts_of_a_shelter_can_all_be_true(state):
    for draft in of(state, "shelter"):
        shelters.check(draft.common["status"], draft.part)
        people = draft.part.get("population_total")
        if people is None:
            continue
        assert draft.common["status"] in ("open", "full")
        assert draft.part["opened_at"] <= draft.common["confirmed_at"]
        by_group = [
            draft.part.get(f"population_{g}") for g in ("general", "medical_needs", "other")
        ]
        assert None in by_group or sum(by_group) == people


def test_sites_have_six_to_fourteen_lines_and_promise_no_more_than_they_have(state):
    for draft in of(state, "supply_site"):
        assert 6 <= len(draft.stock) <= 14
        keys = [(line["item_name"], line["lot"], line["unit_of_issue"]) for line in draft.stock]
        assert len(set(keys)) == len(keys)
        for line in draft.stock:
            assert 0 <= line["quantity_committed"] <= line["quantity_on_hand"]


def test_the_catalogue_accepts_every_value(state):
    home = fields.Home.of("MO")
    refused = []
    for draft in state:
        for kind, row in (
            (draft.kind, draft.common | draft.part),
            *(("supply", line) for line in draft.stock),
        ):
            refused += list(_refused(kind, row, home))
    assert refused == []


def _refused(kind: str, row: dict[str, Any], home: fields.Home) -> Any:
    for field in fields.of(kind):
        value = row.get(field.column)
        if value is None or field.column == "position":
            continue
        text = (
            re.sub(r'[{}"]', "", value).replace(",", ";") if field.name == "capabilities" else value
        )
        try:
            field.rule.read(text, home)
        except Invalid as refusal:
            yield kind, field.name, value, refusal.message


def test_phone_numbers_reach_nobody(state, story):
    numbers = [draft.common.get("contact_phone") for draft in state]
    numbers += [agency.phone for agency in story.roster.agencies.values()]
    known = [number for number in numbers if number]
    assert len(known) > 3000
    assert all(re.fullmatch(r"\(\d{3}\) 555-01\d\d", number) for number in known)


def test_contacts_are_roles_and_not_persons(state):
    contacts = {draft.common.get("contact_name") for draft in state} - {None}
    assert len(contacts) < 40, "a role comes again and again"
    assert {draft.part.get("leader_name") for draft in state} == {None}


def test_agencies_are_of_known_kinds_and_each_county_has_its_office(story):
    roster = story.roster
    assert {agency.kind for agency in roster.agencies.values()} <= set(KINDS)
    counties = Gazetteer.load().counties
    offices = [roster.agencies[roster.emergency[fips]] for fips in counties]
    assert [office.county_fips for office in offices] == list(counties)
    assert "Boone County OEM" in roster.agencies


def test_every_owner_is_an_agency(state, story):
    assert {draft.agency for draft in state} <= story.roster.agencies.keys()


def test_somebody_plays_every_role(story):
    parts = people.cast(story.story, story.roster)
    assert {part.role for part in parts} == {role.name for role in ROLES}
    assert {part.agency for part in parts} <= story.roster.agencies.keys()
    assert len({part.email for part in parts}) == len(parts)


def test_units_of_one_call_have_different_numbers(state):
    names = Counter(draft.common["name"] for draft in of(state, "unit"))
    assert names.most_common(1)[0][1] == 1


class TestAStateWithoutAStory:
    """Another state has no file of its own; what happens there is made up from its counties."""

    @pytest.fixture
    def elsewhere(self, tmp_path) -> World:
        return world(stories=tmp_path)

    def test_its_most_peopled_counties_are_struck(self, elsewhere):
        counties = Gazetteer.load().counties.values()
        crowded = sorted(counties, key=lambda c: -c.population)
        assert set(elsewhere.story.torn) == {county.fips for county in crowded[:4]}
        assert set(elsewhere.story.flooded) == {county.fips for county in crowded[4:10]}

    def test_it_is_populated_all_the_same(self, elsewhere):
        found = list(drafts(elsewhere, seed=1, scale=0.1))
        active = [d for d in of(found, "shelter") if d.common["status"] in ACTIVE]
        assert len(found) == 440 + HIDDEN
        assert len(active) >= 7
        assert {d.agency for d in found} <= elsewhere.roster.agencies.keys()

    def test_no_code_names_a_state_or_county(self):
        facts = [path.name for path in STATES.iterdir()]
        names = re.compile(
            rf"Missouri|Joplin|Springfield|\bSEMA\b|\b29\d{{3}}\b|\"({'|'.join(facts)})\""
        )
        modules = Path(meris.demo.__file__).parent.glob("*.py")
        assert [path.name for path in modules if names.search(path.read_text())] == []


class TestShares:
    def test_all_of_it_is_given_out_in_proportion(self):
        weights = {"a": 1.0, "b": 2.0, "c": 7.0}
        for seed in range(50):
            shares = shared_out(stream(seed), 33, weights)
            assert sum(shares.values()) == 33
            assert all(abs(shares[k] - 3.3 * weights[k]) < 1 for k in weights)

    def test_the_small_get_something_now_and_then(self):
        got = sum(
            shared_out(stream(n), 10, {"town": 99.0, "hamlet": 1.0})["hamlet"] for n in range(1000)
        )
        assert 60 < got < 140

    def test_nothing_is_given_to_nobody(self):
        assert shared_out(stream(1), 5, {}) == {}
        assert shared_out(stream(1), 5, {"a": 0.0}) == {"a": 0}


def test_ages_keep_to_the_share_that_is_fresh():
    chance = stream(3)
    ages = [age(chance, 240, fresh=0.8) for _ in range(4000)]
    assert 0.77 < sum(minutes <= 240 for minutes in ages) / len(ages) < 0.83
    assert max(ages) <= 3.1 * 240
