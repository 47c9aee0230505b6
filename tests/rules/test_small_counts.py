"""Counts that may point at a person are told to staff and not to the public (domain §10.1)."""

import pytest

from meris import resources
from meris.accounts import PUBLIC
from meris.accounts.small_counts import withheld
from tests import makers

GROUPS = ("population_general", "population_medical_needs", "population_other")


@pytest.mark.parametrize(("people", "kept_back"), [(None, 0), (0, 3), (10, 3), (11, 0)])
def test_fewer_than_eleven_and_what_tells_of_them_are_kept_back(people, kept_back):
    assert len(withheld(people)) == kept_back


@pytest.mark.parametrize("who", ["nobody", "dana"])
def test_the_public_is_told_fewer_than_eleven_and_staff_the_number(session, cast, who):
    shelter = makers.shelter(
        session,
        sensitivity="public",
        population_total=120,
        population_general=112,
        population_medical_needs=8,
        status_by="Sam",
    )
    viewer = cast.viewer(who)
    detail = resources.detail(session, viewer, shelter)
    told = {field["name"]: field["text"] for field in detail["fields"]}
    public = viewer == PUBLIC
    assert [told[name] for name in GROUPS[:2]] == (
        ["Not published", "Fewer than 11"] if public else ["112", "8"]
    )
    assert told["population_total"] == "120"
    assert (detail["status"]["by"] is None) == public
