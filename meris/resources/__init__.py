"""Resources of all kinds: reading one or many, changing one, and finding them by words."""

from meris.resources.history import history
from meris.resources.read import briefs, detail
from meris.resources.search import search
from meris.resources.write import change, confirm

__all__ = ["briefs", "change", "confirm", "detail", "history", "search"]
