"""Every page of the menu, once: who is offered it, under which heading, and whether in the bar."""

from typing import NamedTuple

from meris.accounts import Viewer
from meris.language import N_


class Page(NamedTuple):
    """A page as the menu offers it, in English, to be said in the language of the page it is on.

    `right` is a permission, or None for everybody.
    """

    url: str
    name: str
    title: str
    right: str | None
    short: str | None = None

    def open_to(self, viewer: Viewer) -> bool:
        """Whether this viewer is offered it; its door decides who may enter."""
        return self.right is None or viewer.may(self.right)


class Group(NamedTuple):
    """Pages under one heading."""

    title: str
    pages: tuple[Page, ...]


#: A `short` title puts a page into the bar too.
MENU = (
    Group(
        N_("Dispatch"),
        (
            Page("/", "map", N_("Map"), None, N_("Map")),
            Page("/board", "board", N_("Board of incidents"), "see_staff", N_("Board")),
            Page("/board/units", "units", N_("Board of units"), "see_staff"),
            Page("/incidents", "incidents", N_("All incidents"), "see_staff"),
        ),
    ),
    Group(
        N_("Shelters and supplies"),
        (
            Page("/confirm", "confirm", N_("To confirm"), "see_staff", N_("To confirm")),
            Page("/place", "place", N_("Find a place for people"), "see_staff", N_("Find a place")),
            Page("/running-out", "running_out", N_("Runs out first"), "see_staff", N_("Runs out")),
            Page("/requests", "requests", N_("Requests"), "see_staff", N_("Requests")),
            Page("/shipments", "shipments", N_("Shipments"), "see_staff"),
            Page("/supplies", "supplies", N_("Stock by site"), "see_staff"),
            Page("/items", "items", N_("Items"), "see_staff"),
            Page("/shelters", "shelters", N_("Open shelters, as the public sees them"), None),
        ),
    ),
    Group(
        N_("Records"),
        (
            Page("/uploads", "uploads", N_("Uploads"), "upload", N_("Uploads")),
            Page("/add", "add", N_("Add one by hand"), "upload"),
            Page("/scorecard", "scorecard", N_("Scorecard"), "scorecard", N_("Scorecard")),
            Page("/audit", "audit", N_("Roots of the journal"), "audit"),
            Page("/accounts", "accounts", N_("Accounts of people"), "accounts"),
            Page("/exports", "exports", N_("Exports"), "see_staff"),
            Page("/rules", "rules", N_("Rules"), "see_staff"),
            Page("/fields", "fields", N_("Columns of a spreadsheet"), None),
        ),
    ),
)


def menu(viewer: Viewer) -> list[Group]:
    """What the viewer is offered, heading by heading."""
    groups = [Group(one.title, _offered(viewer, one.pages)) for one in MENU]
    return [one for one in groups if one.pages]


def bar(viewer: Viewer) -> list[Page]:
    """The few pages of the bar."""
    return [page for group in menu(viewer) for page in group.pages if page.short]


def _offered(viewer: Viewer, pages: tuple[Page, ...]) -> tuple[Page, ...]:
    return tuple(page for page in pages if page.open_to(viewer))
