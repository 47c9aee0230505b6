"""Our own style sheets, put into a page that is printed: what prints it fetches nothing."""

from markupsafe import Markup

from meris.web.assets import shipped
from meris.web.palette import stand_alone


def css_of(name: str) -> Markup:
    """The text of static/css/NAME.css, with what it uses of vars.css."""
    folder = shipped("static") / "css"
    sheet, variables = ((folder / f"{one}.css").read_text() for one in (name, "vars"))
    return Markup(stand_alone(sheet, variables, "paper"))  # noqa: S704  # nosec B704  # ours
