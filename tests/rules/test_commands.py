"""The grammar, its examples and its page agree; and what is typed means what it should."""

from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import update

from meris.commands import FORMS, docs_page, help_for
from meris.commands.answer import Understood
from meris.commands.pattern import compiled
from meris.commands.understand import MEANINGS
from meris.fields import Home
from meris.tables import Shelter
from tests import makers
from tests.rules import commanding

ROOT = Path(__file__).parents[2]
EXAMPLES = [(form.intent, line, says) for form in FORMS for line, says in form.examples]


@pytest.fixture
def stage(session, cast):
    return commanding.build(session, cast, Home.of())


def sentence(answer: Understood) -> str:
    assert answer.meaning is not None, answer.problems
    return answer.meaning.sentence


def why_not(answer: Understood) -> str:
    assert answer.meaning is None, answer.meaning
    return answer.problems[0]["message"]


def bodies(answer: Understood) -> list[dict]:
    assert answer.meaning is not None, answer.problems
    return [action.body for action in answer.meaning.actions]


def urls(answer: Understood) -> list[str]:
    assert answer.meaning is not None, answer.problems
    return [f"{action.method} {action.url}" for action in answer.meaning.actions]


def test_every_example_means_what_the_page_says(stage):
    wrong = {}
    for intent, line, says in EXAMPLES:
        answer = stage.type(line)
        told = answer.meaning.sentence if answer.meaning else str(answer.problems)
        if (answer.intent, told) != (intent, says):
            wrong[line] = (answer.intent, told)
    assert wrong == {}


def test_the_page_is_written_from_the_grammar():
    assert (ROOT / "docs" / "commands.md").read_text() == docs_page()


def test_every_form_has_a_meaning_a_title_and_examples():
    assert set(MEANINGS) == {form.intent for form in FORMS}
    assert all(form.title and form.about and form.examples for form in FORMS)


def test_help_offers_only_what_one_may_do(cast):
    reader = {entry["intent"] for entry in help_for(cast.viewer("rita"))}
    assert reader == {form.intent for form in FORMS if form.needs is None}
    assert len(help_for(cast.viewer("dana"))) == len(FORMS)


@pytest.mark.parametrize("pattern", ["send <unit", "[card", "{a | }", "a ) b", "<Unit-x>"])
def test_a_pattern_that_is_not_well_formed_is_refused(pattern):
    with pytest.raises(ValueError, match=r"pattern|unexpected|notation"):
        compiled(pattern)


class TestIncidents:
    def test_one_key_line_names_type_priority_and_place(self, stage):
        answer = stage.type("sf joplin", in_hand=None)
        assert bodies(answer) == [{"type": "structure_fire", "priority": 1, "place": "joplin"}]
        assert [part["means"] for part in answer.parts] == [
            "Structure fire",
            "Joplin (town, Jasper County)",
        ]

    def test_caller_and_first_entry(self, stage):
        answer = stage.type("med webb city caller Ann Lee 417 555 0100 note chest pain, p3")
        (body,) = bodies(answer)
        assert body["caller_name"] == "Ann Lee"
        assert body["caller_phone"] == "417 555 0100"
        assert body["note"] == "chest pain, p3"  # a note goes on to the end

    def test_one_that_may_be_reported_already_is_warned_of(self, stage):
        answer = stage.type("sf joplin")
        assert "2026-000012" in answer.meaning.warnings[0]

    def test_a_town_of_two_saints_is_a_place_and_no_storm(self, stage):
        for name in ("st louis", "St. Joseph", "st char"):
            assert stage.type(name).intent is None

    def test_an_unknown_place_names_the_words(self, stage):
        answer = stage.type("new sf qqqqqqq")
        assert "qqqqqqq" in why_not(answer)
        assert answer.problems[0]["word"] == "qqqqqqq"

    def test_several_places_are_offered_as_lines_that_say_which(self, stage):
        answer = stage.type("new sf at lincol")
        assert len(answer.others) > 1
        assert sentence(stage.type(answer.others[0]["text"])).startswith("New incident")

    def test_without_an_incident_in_hand_one_is_asked_for(self, stage):
        assert "No incident is in hand" in why_not(stage.type("log smoke", in_hand=None))

    def test_an_incident_that_is_not_there(self, stage):
        assert "ends with 99" in why_not(stage.type("99: smoke"))

    def test_closing_names_who_is_released(self, stage):
        (body,) = bodies(stage.type("close completed"))
        assert body["release"] == [{"id": stage.ids["at_fire"], "left_as": "available"}]

    def test_the_log_keeps_what_was_typed(self, stage):
        (body,) = bodies(stage.type("log Smoke, 2nd floor: heavy; (PAR 14:05)"))
        assert body == {"text": "Smoke, 2nd floor: heavy; (PAR 14:05)"}


class TestUnits:
    def test_a_name_of_many_is_the_one_of_the_county_in_hand(self, stage):
        (body,) = bodies(stage.type("send E-12"))
        assert body["units"] == [stage.ids["E12"]]

    def test_the_others_of_the_name_are_offered_and_taken_by_number(self, stage):
        answer = stage.type("send e12")
        titles = [row["title"] for row in answer.others]
        assert titles == ["E-12 (Springfield Engine 12)", "E-12 (Columbia Engine 12)"]
        (body,) = bodies(stage.type(answer.others[0]["text"]))
        assert body["units"] == [stage.ids["E12 Springfield"]]

    def test_the_one_whose_detail_is_open_is_meant_before_all_others(self, stage):
        answer = stage.type("send e12", looking_at="E12 Columbia")
        assert bodies(answer)[0]["units"] == [stage.ids["E12 Columbia"]]

    def test_with_nothing_in_hand_and_no_map_it_is_asked_which(self, stage):
        answer = stage.type("e12 out of service", in_hand=None)
        assert "Several units are called e12" in why_not(answer)
        assert len(answer.others) == 3

    @pytest.mark.parametrize("name", ["m7", "M-7", "medic 7", "Joplin Medic 7", "joplin medic7"])
    def test_units_are_called_by_id_call_sign_and_name(self, stage, name):
        assert urls(stage.type(f"{name} os")) == [
            f"POST /api/assignments/{stage.ids['at_fire']}/move"
        ]

    def test_a_unit_of_its_own_changes_by_itself(self, stage):
        answer = stage.type("e14 out of service")
        assert urls(answer) == [f"PATCH /api/resources/{stage.ids['E14']}"]

    def test_a_step_that_is_not_allowed_is_told(self, stage):
        assert "cannot become" in why_not(stage.type("m7 at destination"))
        assert "at no incident" in why_not(stage.type("e14 acknowledged"))

    def test_an_hour_of_the_day_is_kept(self, stage):
        (body,) = bodies(stage.type("m7 os at 00:00"))
        assert body["at"].startswith(("20", "21"))

    def test_who_may_not_dispatch_is_told_and_finds(self, stage):
        answer = stage.type("send e12", "rita")
        assert "may search and find" in why_not(answer)
        assert "Open E12" in sentence(stage.type("open e12", "rita"))
        assert "engines" in sentence(stage.type("available engines in Jasper", "rita"))

    def test_the_fitting_ones_leave_some_behind(self, stage):
        kept = stage.type("2 engines near Joplin, keep 1 per station")
        assert kept.meaning.show["units"] == [stage.ids["E12"], stage.ids["E12 Springfield"]]

    def test_one_that_is_committed_is_warned_of(self, stage):
        assert "M7 is dispatched at 2026-000012." in stage.type("send m7 to 14").meaning.warnings


class TestFinding:
    def test_beds_are_free_places(self, stage):
        assert stage.type("shelters near joplin with 50 beds").meaning.show["ids"] == [
            stage.ids["Memorial Hall"]
        ]
        assert len(stage.type("shelters near joplin with 20 beds").meaning.show["ids"]) == 2

    def test_beds_that_nobody_counted_or_that_are_held_are_not_free(self, stage):
        stage.session.execute(
            update(Shelter)
            .where(Shelter.resource_id == stage.ids["Lincoln School"])
            .values(population_total=None)
        )
        makers.hold(stage.session, stage.ids["Memorial Hall"], 90)
        assert stage.type("shelters near joplin with 20 beds").meaning.show is None
        assert len(stage.type("shelters near joplin with 10 beds").meaning.show["ids"]) == 1

    def test_a_place_for_people_with_reasons(self, stage):
        meaning = stage.type("place 30 people").meaning
        assert meaning.sentence == "A place for 30 people at 2026-000012: 1 suit."
        assert [one["title"] for one in meaning.rows] == ["Memorial Hall"]
        assert meaning.rows[0]["reasons"][0] == "100 beds free, 20 of 120 taken"
        meaning = stage.type("place 5 people near joplin with wheelchair access").meaning
        assert "0 suit, 2 to call first." in meaning.sentence
        assert "Wheelchair access is not known" in meaning.rows[0]["warnings"]
        meaning = stage.type("place 500 people").meaning
        assert (meaning.show, len(meaning.warnings)) == (None, 1)

    @pytest.mark.parametrize("party", ["0 people", "9999 people", "3 with kitchen"])
    def test_a_party_that_is_none(self, stage, party):
        assert why_not(stage.type(f"place {party}"))

    def test_items_are_found_with_their_number(self, stage):
        assert stage.type("sites with 150 cots").meaning.show["ids"] == [stage.ids["cache"]]
        assert stage.type("sites with 151 cots").meaning.show is None

    def test_items_are_counted_in_base_units_and_only_what_is_fit(self, stage):
        assert stage.type("sites with 240 bottled water").meaning.show is None
        water = {"item_code": "WATER-BTL", "unit_of_issue": "CS", "units_per_pack": 12}
        for name, lot in (
            ("Good", {}),
            ("Old", {"expires_on": date(2020, 1, 1)}),
            ("Torn", {"condition": "unserviceable"}),
        ):
            makers.stock(
                stage.session, stage.ids["cache"], name, quantity_on_hand=20, **water, **lot
            )
        assert stage.type("sites with 240 bottled water").meaning.show is not None
        assert stage.type("sites with 241 bottled water").meaning.show is None

    def test_a_status_that_a_kind_never_has(self, stage):
        assert "never" in why_not(stage.type("staged shelters"))

    def test_available_units_are_not_held(self, stage):
        assert stage.type("available ambulances near joplin").meaning.show is None

    def test_nobody_sees_more_than_they_may(self, stage):
        public = stage.type("shelters near joplin", "nobody", in_hand=None)
        assert public.meaning.show is None


class TestGoingOn:
    def test_a_wrong_word_is_named_with_the_nearest_one(self, stage):
        answer = stage.type("e12 en rout")
        assert answer.problems[0]["word"] == "en"
        answer = stage.type("close complted")
        assert answer.problems[0]["nearest"] == "Completed"
        assert answer.completions[0]["text"].strip() == "close completed"

    def test_a_misspelt_verb_is_offered_as_it_should_be(self, stage):
        for line, meant in (("sned e12", "send e12"), ("relase m7", "release m7")):
            assert stage.type(line).completions[0]["text"] == meant
        assert all(
            o["about"] == "" or "instead" not in o["about"]
            for o in stage.type("lincoln school").completions
        )

    def test_words_of_a_search_are_no_command(self, stage):
        for words in ("lincoln school", "main street", "zzz", "63301"):
            assert stage.type(words).intent is None

    def test_units_of_the_county_are_offered_first(self, stage):
        words = [one["word"] for one in stage.type("send e1").completions]
        assert words[:2] == ["E12", "E14"]

    def test_what_is_missing_is_asked_for(self, stage):
        assert "a unit" in why_not(stage.type("send "))
        assert "a place" in why_not(stage.type("new sf"))
