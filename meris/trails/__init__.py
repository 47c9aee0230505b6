"""Where units have been: looked at for a reason that is written down, kept for a while, or held."""

from meris.trails.holds import hold, holds, lift
from meris.trails.look import Look, look, looked_again, looks, may_look
from meris.trails.retention import let_go

__all__ = [
    "Look",
    "hold",
    "holds",
    "let_go",
    "lift",
    "look",
    "looked_again",
    "looks",
    "may_look",
]
