"""The dispatcher's board: open incidents, the units committed to them, the areas that matter.

By policy, whole (`GET /api/dispatch`) and as what changed between two cursors of the journal (the
feed's `dispatch` event). Times are epoch seconds. An area or a hold that ends by the clock is not
in the journal: its row says when, and the reader lets go of it.
"""

from meris.board.cache import Cache
from meris.board.changed import changed, says_something
from meris.board.news import BoardNews, news
from meris.board.rows import types, whole

__all__ = ["BoardNews", "Cache", "changed", "news", "says_something", "types", "whole"]
