"""Who may see and do what. The one place where roles and sensitivity are applied (domain §10)."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import NamedTuple

from sqlalchemy import ColumnElement, and_, false, or_

from meris.db import Actor, Sight
from meris.errors import Forbidden
from meris.language import N_
from meris.tables import Account, Area, Incident, Resource


class RoleRules(NamedTuple):
    """A role, what it is called and is for (in English, to be said where it is shown), and what it
    lets a person do."""

    name: str
    title: str
    description: str
    may: frozenset[str]


def _role(name: str, title: str, description: str, may: str) -> RoleRules:
    return RoleRules(name, title, description, frozenset(may.split()))


#: Permissions: `see_staff` restricted sites, units and contacts · `see_all` confidential sites of
#: every agency · `see_own` confidential sites of the own agency · `edit_own` / `edit_all` resources
#: · `edit_units` any unit · `upload` spreadsheets · `tokens` for machines · `accounts` of people ·
#: `audit` the whole journal · `scorecard` how good each county's records are · `dispatch`
#: incidents, areas and the commitment of any unit · `rules` run cards, minimum cover, travel ·
#: `hold_beds` for people on their way, at any shelter that they see.
ROLES: tuple[RoleRules, ...] = (
    _role(
        "reader",
        N_("Reader"),
        N_("sees what staff may see and changes nothing"),
        "see_staff see_own scorecard",
    ),
    _role(
        "responder",
        N_("Responder"),
        N_("sees the map, reports for the units of the own agency"),
        "see_staff report hold_beds",
    ),
    _role(
        "shelter_manager",
        N_("Shelter manager"),
        N_("keeps the own agency's shelters"),
        "see_staff see_own report",
    ),
    _role(
        "county_editor",
        N_("County editor"),
        N_("keeps all resources of the own agency, by hand and by spreadsheet"),
        "see_staff see_own edit_own upload tokens history scorecard hold_beds",
    ),
    _role(
        "dispatcher",
        N_("Dispatcher"),
        N_("commits and moves units, corrects what is wrong anywhere"),
        "see_staff see_own edit_all upload history scorecard dispatch hold_beds",
    ),
    _role(
        "state",
        N_("State"),
        N_("the state's logistics: sees and edits everything"),
        "see_staff see_own see_all edit_all upload tokens history scorecard dispatch rules"
        " hold_beds",
    ),
    _role("auditor", N_("Auditor"), N_("reads the journal"), "see_staff history audit scorecard"),
    _role(
        "admin",
        N_("Admin"),
        N_("everything, and the accounts of people"),
        "see_staff see_own see_all edit_all upload tokens history audit accounts metrics scorecard"
        " dispatch rules hold_beds",
    ),
)
_RULES = {role.name: role for role in ROLES}

_KINDS = ("shelter", "supply_site", "unit")
#: The kind and the fields that the smaller roles may report on, at resources of their own agency.
_REPORTS: dict[str, tuple[str, frozenset[str]]] = {
    "responder": (
        "unit",
        frozenset({"status", "status_reason", "latitude", "longitude", "usng", "personnel_count"}),
    ),
    "shelter_manager": (
        "shelter",
        frozenset(
            {
                "status",
                "status_reason",
                "population_total",
                "population_general",
                "population_medical_needs",
                "population_other",
                "population_pets",
                "reporting_period",
                "generator",
                "kitchen",
                "showers",
                "pet_policy",
                "notes",
            }
        ),
    ),
}


@dataclass(frozen=True)
class Policy:
    """Which resources somebody may know of. Viewers with one policy share one cached map.

    `condition` says it to the database, `admits` to Python; a test holds them together.
    """

    staff: bool = False
    everything: bool = False
    own_agency: int | None = None

    @property
    def key(self) -> str:
        """A name for the policy, the same for all viewers who see the same."""
        if self.everything:
            return "all"
        if not self.staff:
            return "public"
        return "staff" if self.own_agency is None else f"staff+{self.own_agency}"

    @property
    def sight(self) -> Sight:
        """The same for the database's own wall, for who only reads."""
        return Sight(everything=self.everything, staff=self.staff, own_agency=self.own_agency)

    def condition(self) -> ColumnElement[bool]:
        """For `where()` of any query on `Resource`."""
        if self.everything:
            return Resource.id.is_not(None)
        if not self.staff:
            return and_(Resource.sensitivity == "public", Resource.kind != "unit")
        open_to_staff = Resource.sensitivity.in_(("public", "restricted"))
        if self.own_agency is None:
            return open_to_staff
        return or_(open_to_staff, Resource.agency_id == self.own_agency)

    def areas(self) -> ColumnElement[bool]:
        """For `where()` of any query on `Area`; the public sees the public ones."""
        return self._records(Area)

    def incidents(self) -> ColumnElement[bool]:
        """For `where()` of any query on `Incident`, and of what hangs on one: for staff."""
        return self._records(Incident) if self.staff or self.everything else false()

    def admits_record(self, *, sensitivity: str, agency_id: int | None, staff_only: bool) -> bool:
        """The same rule as `areas`, or with `staff_only` as `incidents`, for a row at hand."""
        if self.everything:
            return True
        if not self.staff:
            return sensitivity == "public" and not staff_only
        own = agency_id is not None and agency_id == self.own_agency
        return sensitivity != "confidential" or own

    def _records(self, table: type[Area] | type[Incident]) -> ColumnElement[bool]:
        if self.everything:
            return table.id.is_not(None)
        if not self.staff:
            return table.sensitivity == "public"
        open_to_staff = table.sensitivity.in_(("public", "restricted"))
        if self.own_agency is None:
            return open_to_staff
        return or_(open_to_staff, table.agency_id == self.own_agency)

    def admits(self, *, kind: str, sensitivity: str, agency_id: int) -> bool:
        """The same rule for a row at hand."""
        if self.everything:
            return True
        if not self.staff:
            return sensitivity == "public" and kind != "unit"
        return sensitivity != "confidential" or agency_id == self.own_agency


@dataclass(frozen=True)
class Viewer:
    """The person or machine at the other end, as far as rules care."""

    name: str = "Public"
    account_id: int | None = None
    agency_id: int | None = None
    agency_name: str | None = None
    roles: frozenset[str] = frozenset()

    def may(self, permission: str) -> bool:
        """Whether any of the viewer's roles carries the permission."""
        return any(permission in _RULES[role].may for role in self.roles if role in _RULES)

    @property
    def opens_all_files(self) -> bool:
        """Whether every agency's spreadsheets are open to them: these tell of confidential sites,
        so it takes more than the right to correct what is wrong anywhere."""
        return all(map(self.may, ("upload", "edit_all", "see_all")))

    @property
    def signed_in(self) -> bool:
        """Whether anybody vouches for this viewer."""
        return bool(self.roles)

    @property
    def policy(self) -> Policy:
        """What this viewer may see."""
        return Policy(
            staff=self.may("see_staff"),
            everything=self.may("see_all"),
            own_agency=self.agency_id if self.may("see_own") else None,
        )

    @property
    def sight(self) -> Sight:
        """What the database's own wall lets this viewer see and write."""
        return replace(
            self.policy.sight,
            edits=frozenset({"all"}) if self.may("edit_all") else self._edits,
            agency=self.agency_id,
            dispatches=self.may("dispatch"),
        )

    @property
    def _edits(self) -> frozenset[str]:
        """The kinds that the viewer may write something of at the own agency."""
        if self.agency_id is None:
            return frozenset()
        fields = {kind: self.editable(kind=kind, agency_id=self.agency_id) for kind in _KINDS}
        return frozenset(kind for kind, may in fields.items() if may is None or may)

    @property
    def actor(self) -> Actor:
        """This viewer as the journal records it."""
        return Actor(self.account_id, self.agency_id, self.name)

    def editable(self, *, kind: str, agency_id: int) -> frozenset[str] | None:
        """Fields this viewer may change on such a resource; None stands for all of them."""
        own = agency_id == self.agency_id
        if self.may("edit_all") or (own and self.may("edit_own")):
            return None
        reports = [_REPORTS[role] for role in self.roles if role in _REPORTS]
        granted = [names for of_kind, names in reports if own and of_kind == kind]
        return frozenset().union(*granted)

    def require(self, permission: str, to: str) -> None:
        """Raise `Forbidden` unless permitted; `to` completes "may not …"."""
        if not self.may(permission):
            raise Forbidden(f"{self.name} may not {to}.")


PUBLIC = Viewer()


def viewer_of(account: Account) -> Viewer:
    """The rules' view of an account."""
    return Viewer(
        name=account.name,
        account_id=account.id,
        agency_id=account.agency_id,
        agency_name=account.agency.name if account.agency else None,
        roles=frozenset(role.name for role in account.roles),
    )


def permissions_of(role: str) -> frozenset[str]:
    """What a role may do; nothing for a role that MERIS does not know."""
    return _RULES[role].may if role in _RULES else frozenset()


def guarded(roles: Iterable[str], mfa_roles: frozenset[str]) -> bool:
    """Whether somebody with these roles must prove themselves by a second factor."""
    return not mfa_roles.isdisjoint(roles)
