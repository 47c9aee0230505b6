"""Points of distribution: how many people one serves a day, and while it is open."""

from datetime import datetime, time, timedelta

import pytest

from meris import running_out
from meris.running_out.estimate import Opening
from meris.running_out.factors import Factors
from meris.running_out.pods import clock_of, open_hours, pod_of
from tests import makers
from tests.rules.test_running_out import CENTRAL, HOME, STATE, line_of, move


def test_a_point_of_distribution_uses_things_while_it_is_open(session):
    pod = makers.supply_site(
        session, type="pod", pod_type=3, hours_open="07:00", hours_close="19:00"
    )
    makers.stock(session, pod, "Meals", item_code="MEAL-SS", unit_of_issue="CS")
    line = line_of(session, pod, "MEAL-SS")
    assert line["a_day"] == 140 * 12 * 3 * 2
    assert line["left"] == pytest.approx(40 * 12 / (140 * 3 * 2))
    told = running_out.of_site(session, STATE, pod, HOME)["pod"]
    assert told["check"] == "140 × 12 × 3 = 5,040 people a day; type 3 is planned for 5,000"
    assert told["staff"] == 19
    assert told["assumed"] == ["loading_points", "people_per_vehicle", "staff", "vehicles_per_hour"]


def test_what_a_point_of_distribution_really_serves_is_measured(session):
    pod = makers.supply_site(
        session, type="pod", pod_type=2, hours_open="00:00", hours_close="24:00"
    )
    line = makers.stock(
        session,
        pod,
        "Meals",
        item_code="MEAL-SS",
        unit_of_issue="CS",
        quantity_on_hand=9000,
    )
    for hours in (12, 8, 4):
        move(session, line, "issue", 50, hours)
    told = running_out.of_site(session, STATE, pod, HOME)["pod"]
    assert told["measured"] == [{"item": "Meals", "people_a_day": 150 * 12 * 2 // 2}]


def test_a_type_nobody_named_is_unknown(session):
    pod = makers.supply_site(session, type="pod")
    makers.stock(session, pod, "Meals", item_code="MEAL-SS", unit_of_issue="CS")
    line = line_of(session, pod, "MEAL-SS")
    assert (line["state"], line["left"]) == ("unknown", None)
    assert line["why"] == "not measured, and no throughput to plan by"
    assert pod_of({}, Factors.read(session)).people_a_day is None


@pytest.mark.parametrize(
    ("opens", "closes", "hours"),
    [
        ("07:00", "19:00", 12),
        ("7 am", "7:30 PM", 12.5),
        ("0700", "1500", 8),
        ("8", "noon", 4),
        ("22:00", "06:00", 8),
        ("24 hours", None, 24),
        ("00:00", "24:00", 24),
        ("dawn", "dusk", None),
        ("07:00", None, None),
    ],
)
def test_hours_as_people_write_them(opens, closes, hours):
    assert open_hours(opens, closes) == hours


def test_a_clock_that_is_none():
    assert [clock_of(text) for text in ("25:00", "7:75", "call first", "")] == [None] * 4
    assert clock_of("12 am") == time(0)


def test_hours_of_use_pass_while_it_is_open():
    opening = Opening(12, time(7))
    noon = datetime(2026, 11, 20, 12, tzinfo=CENTRAL)
    assert opening.after(noon, 3, CENTRAL) == noon + timedelta(hours=3)
    assert opening.after(noon, 8, CENTRAL) == datetime(2026, 11, 21, 8, tzinfo=CENTRAL)
    night = datetime(2026, 11, 20, 23, tzinfo=CENTRAL)
    assert opening.after(night, 25, CENTRAL) == datetime(2026, 11, 23, 8, tzinfo=CENTRAL)
    late = Opening(8, time(22))
    one = datetime(2026, 11, 20, 1, tzinfo=CENTRAL)
    assert late.after(one, 2, CENTRAL) == one + timedelta(hours=2)
    assert opening.after(noon, 1e9, CENTRAL) is None
