"""Times on the pages: the age, and behind it the clock of the state with its zone, and UTC's."""

from datetime import UTC, datetime

from meris.web import moments

NOON = datetime(2026, 5, 4, 19, 5, tzinfo=UTC)


def test_an_age_has_both_clocks_behind_it(app):
    with app.test_request_context():
        told = moments.timed(NOON, "5 min ago")
        assert 'title="May 4, 2026, 14:05 CDT · 19:05 UTC"' in told
        assert 'datetime="2026-05-04T19:05:00+00:00"' in told
        assert ">5 min ago</time>" in told
        late = datetime(2026, 11, 23, 5, 30, tzinfo=UTC)
        assert moments.clocks(late) == "Nov 22, 2026, 23:30 CST · Nov 23, 05:30 UTC"


def test_a_page_tells_its_scripts_the_zone_of_the_state(app):
    page = app.test_client().get("/fields").get_data(as_text=True)
    assert 'data-zone="America/Chicago"' in page
