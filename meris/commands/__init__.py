"""The command line of the bar: a small fixed grammar for all that a dispatcher does by mouse.

    from meris.commands import Context, understand
    understand(session, viewer, "sf joplin", Context(), home).told()

`forms` writes the commands down once; `pattern` reads their notation, `chart` a line against it,
`slots` what stands in their places; `understand` says what a line means. Nothing here changes
anything: the answer names the call of the API that does.
"""

from meris.commands.answer import Understood
from meris.commands.docs import help_for
from meris.commands.docs import page as docs_page
from meris.commands.forms import FORMS, Form
from meris.commands.understand import LONGEST, understand
from meris.commands.world import Context

__all__ = [
    "FORMS",
    "LONGEST",
    "Context",
    "Form",
    "Understood",
    "docs_page",
    "help_for",
    "understand",
]
