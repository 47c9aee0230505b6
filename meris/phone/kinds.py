"""Every kind of report, and what carries it out. The one place where a new kind is registered."""

from collections.abc import Callable, Mapping

from sqlalchemy.orm import Session

from meris.accounts import Viewer
from meris.dispatch.terms import Terms
from meris.fields import Home
from meris.phone import duty_kinds, shelter_kinds, unit_kinds
from meris.phone.report import Outcome, Report

#: Carries a report out, or raises `Refused` with words; the caller undoes what was half done.
Handler = Callable[[Session, Viewer, Report, Home, Terms], Outcome]

KINDS: Mapping[str, Handler] = {
    "unit_status": unit_kinds.unit_status,
    "respond": unit_kinds.respond,
    "check_in": unit_kinds.check_in,
    "log": unit_kinds.log,
    "duty": duty_kinds.on_or_off,
    "sharing": duty_kinds.sharing,
    **shelter_kinds.KINDS,
}
