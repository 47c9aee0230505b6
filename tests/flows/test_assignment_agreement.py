"""Whatever dispatchers, crews, agencies and spreadsheets do: a unit and its assignment agree."""

import os
from datetime import UTC, datetime, timedelta

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test
from sqlalchemy import func, select, text, update
from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.exc import IntegrityError

from meris import resources, uploads
from meris.dispatch import par
from meris.dispatch.assignments import assign
from meris.dispatch.moves import TRANSITIONS, move, move_all
from meris.dispatch.unit_status import set_unit_status
from meris.errors import Refused
from meris.fields import Home
from meris.incidents.lines import lines, of_unit
from meris.tables import Assignment, IncidentLog, Resource
from meris.units import ENDED, at_work, in_hand
from meris.units import TRANSITIONS as UNIT_MOVES
from tests import makers
from tests.rules.sending import CAROL, send

#: MERIS_ROUNDS=200 plays more days than a plain run.
DAYS = int(os.environ.get("MERIS_ROUNDS", "8")) // 2
#: What the unit is by each status of its assignment, said a second time on purpose.
LEADS = {
    "dispatched": "dispatched",
    "acknowledged": "dispatched",
    "en_route": "en_route",
    "on_scene": "on_scene",
    "transporting": "transporting",
    "at_destination": "at_destination",
}
NAMES = ("Engine 1", "Engine 2", "Ladder 3")
UNITS, INCIDENTS = st.integers(0, 2), st.integers(0, 1)
ANY_UNIT_STATUS = st.sampled_from(sorted(UNIT_MOVES))
ANY_STATUS = st.sampled_from(sorted(TRANSITIONS))
MINUTES_AGO = st.one_of(st.just(0), st.integers(0, 30))
LEFT_AS = st.sampled_from([None, "available", "returning", "staged", "out_of_service"])


class Day(RuleBasedStateMachine):
    """Three units, two incidents, and everybody who may say something of them."""

    def __init__(self, session, cast) -> None:
        super().__init__()
        self.session = session
        self.point = session.begin_nested()
        self.dana, self.rita = cast.viewer("dana"), cast.viewer("rita")
        self.agency = self.rita.agency_id
        self.units = [
            makers.unit(session, name=name, external_id=name, agency_id=self.agency)
            for name in NAMES
        ]
        self.incidents = [makers.incident(session) for _ in range(2)]
        self.applied: list[int] = []
        self.known: dict[int, datetime] = {}

    def teardown(self) -> None:
        self.point.rollback()
        self.session.expire_all()

    def attempt(self, do, *given, **named) -> None:
        """All of it or nothing, as a request; a refusal is an answer, anything else is not."""
        self.session.execute(text("SELECT set_config('meris.upload', '', true)"))
        said = "Done."
        try:
            with self.session.begin_nested():
                do(self.session, *given, **named)
        except Refused as refusal:
            said = refusal.message
        assert said.endswith(".")
        self.session.expire_all()

    def any_assignment(self, pick: int) -> int | None:
        mine = select(Assignment.id).where(Assignment.resource_id.in_(self.units))
        ids = list(self.session.scalars(mine.order_by(Assignment.id.desc()).limit(4)))
        return ids[pick % len(ids)] if ids else None

    @rule(unit=UNITS, incident=INCIDENTS, how=st.sampled_from(["dispatched", "reserved"]))
    def sends(self, unit, incident, how) -> None:
        self.attempt(assign, self.dana, self.incidents[incident], [self.units[unit]], how=how)

    @rule(incident=INCIDENTS)
    def sends_all(self, incident) -> None:
        self.attempt(assign, self.dana, self.incidents[incident], self.units)

    @rule(unit=UNITS, incident=INCIDENTS, begin=st.integers(1, 300), minutes=st.integers(1, 300))
    def books(self, unit, incident, begin, minutes) -> None:
        start = datetime.now(UTC) + timedelta(minutes=begin)
        self.attempt(
            assign,
            self.dana,
            self.incidents[incident],
            [self.units[unit]],
            how="reserved",
            booked_from=start,
            until=start + timedelta(minutes=minutes),
        )

    @rule(pick=st.integers(0, 3), status=ANY_STATUS, ago=MINUTES_AGO, left_as=LEFT_AS)
    def moves(self, pick, status, ago, left_as) -> None:
        held = self.any_assignment(pick)
        if held is None:
            return
        at = datetime.now(UTC) - timedelta(minutes=ago)
        left_as = left_as if status in ENDED else None
        self.attempt(move, self.dana, held, status=status, at=at, left_as=left_as)

    @rule(incident=INCIDENTS, begin=ANY_STATUS, end=ANY_STATUS)
    def moves_all(self, incident, begin, end) -> None:
        self.attempt(move_all, self.dana, self.incidents[incident], from_=[begin], status=end)

    @rule(pick=st.integers(0, 3))
    def is_heard_of(self, pick) -> None:
        held = self.any_assignment(pick)
        if held is not None:
            self.attempt(par.check_in, self.rita, held)

    @rule(unit=UNITS, status=ANY_UNIT_STATUS, personnel=st.sampled_from([None, "4"]))
    def sets_its_own_status(self, unit, status, personnel) -> None:
        version = self.session.get_one(Resource, self.units[unit]).version
        values = {"status": status} | ({"personnel_count": personnel} if personnel else {})
        self.attempt(
            set_unit_status,
            self.rita,
            self.units[unit],
            version=version,
            values=values,
            home=Home.of(),
        )

    @rule(statuses=st.tuples(ANY_UNIT_STATUS, ANY_UNIT_STATUS, ANY_UNIT_STATUS))
    def uploads_a_file(self, statuses) -> None:
        rows = "\n".join(
            f"{name} | {name} | engine | {status}"
            for name, status in zip(NAMES, statuses, strict=True)
        )
        table = f"external_id | call sign | unit type | status\n{rows}"
        self.attempt(self.send, table)

    def send(self, session, table) -> None:
        self.applied.append(send(session, table, "unit", agency_id=self.agency)[0])

    @rule()
    def undoes_the_last_file(self) -> None:
        if self.applied:
            upload = self.applied.pop()
            self.attempt(lambda session: uploads.undo(session, CAROL, upload))

    @rule(pick=st.integers(0, 3))
    def waits_until_a_hold_has_run_out(self, pick) -> None:
        held = self.any_assignment(pick)
        end = datetime.now(UTC) - timedelta(seconds=1)
        self.session.execute(
            update(Assignment)
            .where(Assignment.id == held, Assignment.status == "reserved", ~Assignment.booked)
            .values(during=Range(end - timedelta(minutes=10), end))
        )
        self.session.expire_all()

    @rule(unit=UNITS, status=ANY_UNIT_STATUS)
    def somebody_writes_in_psql(self, unit, status) -> None:
        """The database itself keeps them of one mind."""
        statement = update(Resource).where(Resource.id == self.units[unit]).values(status=status)
        refused = None
        try:
            with self.session.begin_nested():
                self.session.execute(statement)
        except IntegrityError as refusal:
            refused = refusal.orig.diag.constraint_name
        assert refused in (None, "unit_status_agrees")
        self.session.expire_all()

    @invariant()
    def they_agree(self) -> None:
        found = self.session.execute(
            select(Assignment.status, Resource.status)
            .join(Resource, Resource.id == Assignment.resource_id)
            .where(Resource.id.in_(self.units), at_work())
        )
        for assigned, unit in found:
            assert unit == LEADS[assigned]

    @invariant()
    def nobody_is_in_two_hands(self) -> None:
        statement = (
            select(func.count())
            .where(Assignment.resource_id.in_(self.units), in_hand())
            .group_by(Assignment.resource_id)
        )
        assert set(self.session.scalars(statement)) <= {1}

    @invariant()
    def what_is_known_never_gets_older(self) -> None:
        mine = select(Assignment).where(Assignment.resource_id.in_(self.units))
        for held in self.session.scalars(mine):
            if held.status != "cancelled":
                assert self.known.get(held.id, held.status_at) <= held.status_at
                self.known[held.id] = held.status_at

    @invariant()
    def everybody_is_told_the_same(self) -> None:
        told = [one for i in self.incidents for one in lines(self.session, self.dana, i)]
        at = {one["unit"]: one["id"] for one in told if "released" in one["moves"]}
        for unit in self.units:
            detail = resources.detail(self.session, self.rita, unit)
            assert (detail["assignment"] or {}).get("id") == at.get(unit)
            active = of_unit(self.session, self.rita, unit)["active"]
            assert at.get(unit) in (None, (active or {}).get("id"))

    @invariant()
    def every_change_is_in_a_log(self) -> None:
        """Somebody who reads the log of an incident knows of every unit that was ever there."""
        logged = select(IncidentLog.resource_id).where(IncidentLog.kind == "assignment")
        silent = select(func.count()).where(
            Assignment.resource_id.in_(self.units), Assignment.resource_id.not_in(logged)
        )
        assert self.session.scalar(silent) == 0


def test_any_day(session, cast):
    run_state_machine_as_test(
        lambda: Day(session, cast),
        settings=settings(
            max_examples=DAYS,
            stateful_step_count=14,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
