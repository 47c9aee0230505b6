"""The menu offers what is there, and to those whom its door lets in."""

import pytest

from meris.accounts import PUBLIC
from meris.web import nav


@pytest.mark.parametrize("who", ["public", "rita", "sam", "carol", "dana", "ada"])
def test_everybody_may_enter_what_they_are_offered(client, session, cast, who):
    if who != "public":
        client.sign_in(session, who)
    offered = nav.menu(PUBLIC if who == "public" else cast.viewer(who))
    assert offered
    for page in (page for group in offered for page in group.pages):
        assert client.get(page.url, follow_redirects=True).status_code == 200, page.url


def test_the_page_at_hand_is_marked_once_in_the_bar(client, session, cast):
    client.sign_in(session, "carol")
    bar = client.get("/requests").text.split('aria-label="Pages"')[1].split("</nav>")[0]
    assert bar.count('aria-current="page"') == 1
