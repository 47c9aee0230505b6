"""/styleguide: made from what the pages themselves are made of."""

import re
from pathlib import Path

import pytest

from meris import fields
from tests.web.forms import words

CSS = Path(__file__).parents[2] / "static" / "css"


@pytest.fixture
def page(client, session, cast):
    cast.account("joe")
    client.sign_in(session, "ada")
    answer = client.get("/styleguide")
    assert answer.status_code == 200
    return answer.get_data(as_text=True)


def test_it_shows_every_variable(page):
    whole = (CSS / "vars.css").read_text()
    block = whole[whole.index(":root {") :]
    names = re.findall(r"\n  (--[\w-]+):", block[: block.index("\n}")])
    assert len(names) > 100
    assert [name for name in names if f"<code>{name}</code>" not in page] == []


def test_it_shows_every_status_of_every_kind_in_both_themes(page):
    for kind in fields.KINDS:
        for status in fields.statuses(kind).choices:
            drawn = rf'data-status="{status.code}"[^>]*><use href="[^"]+#{kind}"/>'
            # plain and hollow, by day and by night
            assert len(re.findall(drawn, page)) >= 4, (kind, status.code)


def test_it_is_for_those_who_build_meris(client, session, cast):
    cast.account("joe")
    client.sign_in(session, "dana")
    answer = client.get("/styleguide")
    assert answer.status_code == 403
    assert "By night" not in words(answer)
