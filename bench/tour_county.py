"""The county editor's pictures: a messy file from the first look to the map, and what to mend."""

from pathlib import Path

from playwright.sync_api import Page

from bench.camera import Camera, take

_MESSY = Path(__file__).parents[1] / "fixtures" / "county_messy.csv"


def upload(camera: Camera) -> None:
    """A file with titles, totals and typing errors, and how it is put right."""
    with camera.page(camera.who("county_editor")) as page:
        page.goto("/uploads/new")
        take(page, "upload-new-light")
        page.locator("#kind-shelter").check()
        page.locator("#file").set_input_files(_MESSY)
        page.get_by_role("button", name="Check the file").click()
        page.locator("#verdict").wait_for()
        take(page, "upload-check-light")
        _mend(page)
        take(page, "upload-mended-light")
        page.locator("#do-apply").click()
        page.locator("#result").wait_for()
        take(page, "upload-done-light")


def _mend(page: Page) -> None:
    """What a click mends, until nothing is left to decide."""
    for name in ("Repair all", "Read “Opn” as Open", "Read “200+” as 200"):
        page.get_by_role("button", name=name).first.click()
        page.wait_for_timeout(1_500)


def records(camera: Camera) -> None:
    """What the county's own records are worth, and what its columns are called."""
    with camera.page(camera.who("county_editor", last=True)) as page:
        for name, path in (("scorecard-light", "/scorecard"), ("fields-light", "/fields")):
            page.goto(path)
            page.wait_for_timeout(600)
            take(page, name)
