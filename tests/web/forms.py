"""Filling in forms as a browser does: with the page's own token."""

import re

from flask import Flask

from meris.app import create_app
from tests.people import PASSWORD, Visitor, email


def token_of(html):
    """The token in a page, for its forms."""
    return re.search(r'name="csrf_token" value="([^"]+)"', html).group(1)


def fill(client, page, action=None, **values):
    """Open a page and send its form, or another of its forms by `action`."""
    html = client.get(page).get_data(as_text=True)
    return client.post(action or page, data={"csrf_token": token_of(html), **values})


def log_in(client, who="carol", password=PASSWORD, to="/log-in"):
    """By the log-in page."""
    return fill(client, to, email=email(who), password=password)


def words(response):
    """What a person reads on the page, without what differs at each request."""
    html = response.get_data(as_text=True)
    html = re.sub(r'(nonce|value|content)="[^"]*"', "", html)
    return re.sub(r"\s+", " ", re.sub(r"<(script|style)\b.*?</\1>|<[^>]+>", " ", html, flags=re.S))


def another(app: Flask) -> Visitor:
    """Another browser."""
    return app.test_client()


def app_with(settings, database):
    """MERIS with other settings, in this test's transaction."""
    app = create_app(settings, database)
    app.test_client_class = Visitor
    return app
