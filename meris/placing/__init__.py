"""A place for people: shelters for a party, beds held for it, and a plan for a whole area."""

from meris.placing.evacuate import Plan, plan
from meris.placing.find import Found, Offer, places
from meris.placing.holds import Held, Terms
from meris.placing.origins import origin
from meris.placing.party import Party, read_party

__all__ = [
    "Found",
    "Held",
    "Offer",
    "Party",
    "Plan",
    "Terms",
    "origin",
    "places",
    "plan",
    "read_party",
]
