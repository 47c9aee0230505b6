"""From a county's spreadsheet to a dispatcher's map, in two browsers."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import expect
from sqlalchemy import func, select

from meris.tables import Resource, Upload
from tests.browser.screens import (
    FIXTURES,
    ROOT,
    apply,
    choose_file,
    layer,
    open_map,
    upload,
    writing,
)

pytestmark = pytest.mark.browser

LIKENESS = FIXTURES / "open_shelters_nss_like.csv"
ORIGINAL = ROOT.parent / "shared/data/csv/missouri_open_shelters_2019.csv"


def number(locator) -> int:
    return int(locator.inner_text().replace(",", ""))


#: Notes in the page when an element comes to show a text.
_WATCH = """(element, wanted) => new MutationObserver(() => {
  if (element.textContent.trim() === wanted) window.arrivedAt ??= Date.now();
}).observe(element, {childList: true, characterData: true, subtree: true})"""


def applied_at(live_server) -> float:
    """When the newest upload was applied, in seconds; a moment before its commit."""
    with writing(live_server) as session:
        newest = select(Upload.applied_at).order_by(Upload.id.desc()).limit(1)
        return session.scalars(newest).one().timestamp()


def send_and_watch(visitors, live_server, file: Path) -> tuple[int, float]:
    """Upload as Stella, for the whole state, while Dana looks on: how many shelters came, and how
    long after the commit they were counted on her map."""
    stella, dana = visitors.page("stella"), visitors.page("dana")
    open_map(dana)
    before = number(layer(dana, "Shelters"))
    dana.evaluate("window.stillTheSamePage = true")
    upload(stella, file)
    new = int(re.search(r"Add ([\d,]+)", stella.locator("#do-apply").text_content())[1])
    layer(dana, "Shelters").evaluate(_WATCH, f"{before + new:,}")
    apply(stella)
    stella.wait_for_selector("#result")
    expect(layer(dana, "Shelters")).to_have_text(f"{before + new:,}")
    assert dana.evaluate("window.stillTheSamePage"), "the map was loaded anew"
    return new, dana.evaluate("window.arrivedAt") / 1000 - applied_at(live_server)


@pytest.mark.parametrize("file", [LIKENESS, ORIGINAL], ids=["likeness", "original"])
def test_a_dispatcher_sees_a_county_s_shelters_without_touching_anything(
    visitors, live_server, file, capsys
):
    if not file.exists():
        pytest.skip(f"{file.name} is not beside this repository")
    new, seconds = send_and_watch(visitors, live_server, file)
    with capsys.disabled():
        print(f"\n{file.name}: {new} shelters on the other map {seconds:.2f} s after the commit")
    assert new > 5


def test_the_result_leads_to_a_map_of_nothing_else(visitors, tmp_path):
    file = tmp_path / "two.csv"
    file.write_text(
        "Name,Status,City,ZIP\nNorth gym,open,Columbia,65203\nSouth gym,open,Columbia,65203\n"
    )
    page = visitors.page("carol")
    upload(page, file)
    apply(page)
    page.get_by_role("link", name="Show them on the map").click()
    expect(page.locator("[data-scope=all] .number")).to_have_text("2")


def test_a_double_click_and_the_back_button_apply_once(visitors, live_server, tmp_path):
    file = tmp_path / "once.csv"
    file.write_text("Name,Status,City,ZIP\nOnce hall,open,Columbia,65201\n")
    page = visitors.page("carol")
    upload(page, file)
    page.locator("#do-apply").dblclick()
    page.wait_for_selector("#result")
    page.go_back()
    page.go_forward()
    page.reload()
    expect(page.locator("#result")).to_contain_text("Added 1 shelter")
    with writing(live_server) as session:
        named = select(func.count()).where(Resource.name == "Once hall")
        assert session.scalar(named) == 1


def test_a_file_that_is_no_table_is_refused_where_it_was_chosen(visitors, live_server):
    with writing(live_server) as session:
        before = session.scalar(select(func.count()).select_from(Upload))
    page = visitors.page("carol")
    choose_file(page, FIXTURES / "not_a_table.txt", kind="unit")
    expect(page.get_by_role("alert")).to_contain_text("does not look like a table")
    assert page.url.endswith("/uploads/new")
    assert page.locator("#kind-unit").is_checked()
    assert page.locator("#file").evaluate("input => input.files[0].name") == "not_a_table.txt"
    assert page.get_by_role("button", name="Check the file").is_enabled()
    with writing(live_server) as session:
        assert session.scalar(select(func.count()).select_from(Upload)) == before
    visitors.problems.clear()  # the refusal itself is an error to the console


def test_a_large_file_is_kept_first_and_checked_by_itself(visitors, tmp_path):
    file = tmp_path / "large.csv"
    rows = (f"Hall {i},open,Columbia,65201,{'x' * 200}\n" for i in range(10_000))
    file.write_text("Name,Status,City,ZIP,Notes\n" + "".join(rows))
    page = visitors.page("carol")
    upload(page, file)
    expect(page.locator("#do-apply")).to_have_text("Add 10,000 shelters", timeout=60_000)


def test_it_works_without_scripts(visitors, tmp_path):
    file = tmp_path / "plain.csv"
    file.write_text("Name,Status,City,ZIP\nPlain hall,open,Columbia,65201\n")
    page = visitors.page("carol", java_script_enabled=False)
    upload(page, file)
    apply(page)
    expect(page.locator("#result")).to_have_text("Added 1 shelter")


def test_two_columns_cannot_be_read_as_one_field(visitors, tmp_path):
    file = tmp_path / "double.csv"
    file.write_text("Name,Status,City,Zebra\nQuarry barn,open,Columbia,x\n")
    page = visitors.page("carol")
    upload(page, file)
    page.wait_for_load_state()
    page.get_by_label("Read Zebra as").select_option("name")
    expect(page.locator("#double")).to_contain_text("“Name” and “Zebra” are to be read as Name")
    assert page.get_by_role("button", name="Check again").is_disabled()
    assert page.locator("#do-apply").is_disabled()
    page.get_by_label("Read Zebra as").select_option("notes")
    page.get_by_role("button", name="Check again").click()
    expect(page.get_by_text("Chosen by a person")).to_be_visible()
