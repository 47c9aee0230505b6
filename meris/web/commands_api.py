"""/api/command: what a line of the bar means. It only reads; the answer names the call to make."""

from flask import Blueprint, jsonify
from flask.typing import ResponseReturnValue

from meris.commands import Context, help_for, understand
from meris.errors import Invalid
from meris.web.context import context, viewer
from meris.web.recommend_api import router
from meris.web.sending import body_of

api = Blueprint("commands", __name__)

#: What is typed to be told what can be typed.
_HELP = frozenset({"", "?", "help"})


@api.post("/api/command")
def read() -> ResponseReturnValue:
    """What a line means to this person here, and the call of the API that would do it."""
    body = body_of()
    text = body.get("text")
    if not isinstance(text, str):
        raise Invalid('The body needs "text": the line that was typed.')
    with context().database.reading() as session:
        place = Context.read(body.get("context"))
        here = context().home
        answer = understand(session, viewer(), text, place, here, router=router()).told()
    asks = text.strip().lower() in _HELP
    return jsonify(answer | {"help": help_for(viewer()) if asks else []})
