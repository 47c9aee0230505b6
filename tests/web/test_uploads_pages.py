"""The upload pages without a browser: send, check, choose, apply once, undo, and who may."""

import html
import io
import re
from pathlib import Path

import pytest
from sqlalchemy import func, select

from meris.tables import Resource, Upload
from tests.web.forms import token_of
from tests.web.forms import words as marked_words

FIXTURES = Path(__file__).parents[2] / "fixtures"
THREE = (
    "ID,Shelter name,Status,City,Latitude,Longitude,Evacuation capacity\n"
    "B-1,Armory,Open,Columbia,38.95,-92.33,120\n"
    "B-2,Town hall,Standby,Columbia,38.96,-92.34,80\n"
    "B-3,Lyceum,Opn,Columbia,38.97,-92.35,40\n"
)


@pytest.fixture
def carol(client, session):
    """Carol's browser."""
    client.sign_in(session, "carol")
    return client


def words(response):
    """What a person reads on the page."""
    return html.unescape(marked_words(response))


def upload(client, text=THREE, name="shelters.csv", kind="shelter", **more):
    """Send a file by the form."""
    page = client.get("/uploads/new").get_data(as_text=True)
    content = text if isinstance(text, bytes) else text.encode()
    data = {"csrf_token": token_of(page), "kind": kind, "file": (io.BytesIO(content), name)}
    return client.post("/uploads", data=data | more, content_type="multipart/form-data")


def press(client, address, **values):
    """Send one of the forms of an upload's page; the answer is the page that follows."""
    page = client.get(address.rpartition("/")[0]).get_data(as_text=True)
    data = {"csrf_token": token_of(page), **values}
    return client.post(address, data=data, follow_redirects=True)


def sent(client, *args, **more):
    """The address of the page of a file just sent."""
    response = upload(client, *args, **more)
    assert response.status_code == 303, words(response)
    return response.location


def shelters(session):
    return session.scalar(select(func.count()).select_from(Resource))


def test_an_empty_list_says_what_will_be_there(carol):
    assert "No spreadsheet has been uploaded yet" in words(carol.get("/uploads"))


def test_a_file_is_shown_before_anything_changes(carol, session):
    page = words(carol.get(sent(carol)))
    assert "Nothing has changed yet" in page
    assert "2 of 3 rows are fine, 1 needs a decision." in page
    assert "1 row has an error" in page
    assert "Add 2 shelters" in page
    assert 'Row 4, column "Status"' in page
    assert "Did you mean Open?" in page
    assert "7 of 7 columns are read" in page
    assert shelters(session) == 0


def test_all_or_nothing_is_kept_even_when_the_page_is_not_asked(carol, session):
    page = words(press(carol, sent(carol) + "/apply", rows="all"))
    assert "1 of 3 rows of shelters.csv have errors, so nothing was changed" in page
    assert shelters(session) == 0


def test_valid_rows_only_loads_those_and_says_so(carol, session):
    page = words(press(carol, sent(carol) + "/apply", rows="valid"))
    assert "Added 2 shelters" in page
    assert "Applied" in page
    assert shelters(session) == 2


def test_new_records_are_for_staff_until_somebody_publishes_them(carol, session):
    press(carol, sent(carol) + "/apply", rows="valid", sensitivity="public")
    assert set(session.scalars(select(Resource.sensitivity))) == {"restricted"}


def test_a_second_press_applies_nothing_twice(carol, session):
    address = sent(carol)
    press(carol, address + "/apply", rows="valid")
    again = press(carol, address + "/apply", rows="valid")
    assert again.status_code == 200
    assert "was applied before" in words(again)
    assert shelters(session) == 2


def test_the_same_file_again_says_when_and_by_whom(carol, session):
    press(carol, sent(carol) + "/apply", rows="valid")
    page = words(carol.get(sent(carol)))
    assert re.search(r"already imported just now \(.* by Carol", page)
    assert "Nothing new in the rows that are fine, and 1 needs a decision." in page
    assert "do-apply" not in page
    assert shelters(session) == 2


def test_the_refused_rows_come_back_with_their_reasons(carol):
    response = carol.get(sent(carol) + "/refused.csv")
    assert response.headers["Content-Disposition"] == "attachment; filename=shelters-refused.csv"
    header, row = response.get_data(as_text=True).lstrip("\ufeff").splitlines()
    assert header.endswith("Evacuation capacity,row,reasons")
    assert row.startswith("B-3,Lyceum,Opn,Columbia,38.97,-92.35,40,4,")
    assert "Did you mean Open?" in row


def test_there_is_no_file_of_refused_rows_without_any(carol):
    assert carol.get(sent(carol, THREE.replace("Opn", "Open")) + "/refused.csv").status_code == 404


def test_undo_removes_what_was_added(carol, session):
    address = sent(carol)
    press(carol, address + "/apply", rows="valid")
    page = words(press(carol, address + "/undo"))
    assert "2 shelters removed, 0 put back" in page
    assert shelters(session) == 0
    assert "Undone" in words(carol.get("/uploads"))


def test_undo_leaves_and_names_what_somebody_changed_since(carol, session):
    address = sent(carol)
    press(carol, address + "/apply", rows="valid")
    armory = session.scalars(select(Resource).where(Resource.external_id == "B-1")).one()
    detail = carol.get(f"/api/resources/{armory.id}").json
    body = {"version": detail["version"], "set": {"status": "full"}}
    assert (
        carol.patch(f"/api/resources/{armory.id}", json=body, headers=carol.csrf()).status_code
        == 200
    )
    page = words(press(carol, address + "/undo"))
    assert "1 shelter removed" in page
    assert "Armory , by Carol" in page


def test_two_columns_of_one_meaning_wait_for_a_choice(carol):
    text = THREE.replace("City", "Shelter_name", 1)
    page = words(carol.get(sent(carol, text)))
    assert "“Shelter name” means the same and is read. One of the two can be." in page


def test_a_column_can_be_read_otherwise(carol):
    text = "Site,State of affairs\nArmory,open\nTown hall,closed\n"
    address = sent(carol, text)
    page = carol.get(address).get_data(as_text=True)
    number = re.search(r'name="column-(\d)" aria-label="Read State of affairs as"', page).group(1)
    page = words(press(carol, address + "/check", **{f"column-{number}": "notes"}))
    assert "State of affairs open · closed" in page
    assert "Chosen by a person" in page
    assert 'No column was found for "Status"' in page


def test_two_columns_for_one_field_are_refused(carol):
    address = sent(carol)
    page = words(press(carol, address + "/check", **{"column-3": "status"}))
    assert "“Status” and “City” are both to be read as Status. Choose one of them." in page
    assert "7 of 7 columns are read" in page


def test_a_missing_column_can_be_one_value_for_all_rows(carol):
    address = sent(carol, "Shelter name,City\nArmory,Columbia\nTown hall,Columbia\n")
    assert 'No column was found for "Status"' in words(carol.get(address))
    page = words(press(carol, address + "/fix", **{"all-status": "closed"}))
    assert "Add 2 shelters" in page


@pytest.mark.parametrize("name", ["not_a_table.bin", "not_a_table.txt"])
def test_what_is_no_table_is_refused_on_the_same_page(carol, session, name):
    response = upload(carol, (FIXTURES / name).read_bytes(), name, kind="unit")
    assert response.status_code == 400
    assert name in words(response)
    assert '<input type="radio" id="kind-unit" name="kind" value="unit" checked>' in (
        response.get_data(as_text=True)
    )
    assert session.scalar(select(func.count()).select_from(Upload)) == 0


def test_a_form_without_a_file_says_so(carol):
    page = carol.get("/uploads/new").get_data(as_text=True)
    response = carol.post("/uploads", data={"csrf_token": token_of(page), "kind": "shelter"})
    assert response.status_code == 422
    assert "Choose a file." in words(response)


def test_a_file_beyond_the_limit_is_told_the_limit(carol, app):
    app.config["MAX_CONTENT_LENGTH"] = 2_000
    response = upload(carol, THREE * 100)
    assert response.status_code == 413
    assert "The file is larger than 100 MB" in words(response)
    assert "Check the file" in words(response)


def listed(page):
    """What stands in the list of rows."""
    return page.split("What would change")[1].split("columns are read")[0]


def test_the_rows_are_listed_by_what_becomes_of_them(carol):
    address = sent(carol)
    page = words(carol.get(address))
    assert "New 2" in page
    assert "Refused 1" in page
    assert "Town hall" in page
    refused = words(carol.get(f"{address}?show=refused"))
    assert "Lyceum" in refused
    assert "Town hall" not in listed(refused)


def test_rows_are_searched_and_what_was_typed_stays_text(carol):
    address = sent(carol)
    found = listed(words(carol.get(f"{address}?show=new&q=hall")))
    assert "Town hall" in found
    assert "Armory" not in found
    none = carol.get(f"{address}?show=new&q=<script>x</script>").get_data(as_text=True)
    assert "<script>x" not in none


@pytest.mark.parametrize("query", ["show=x", "after=x", "after=-1", "after=99999999999", "edit=x"])
def test_an_odd_address_still_shows_the_rows(carol, query):
    assert "Armory" in words(carol.get(f"{sent(carol)}?{query}"))


def test_a_step_leaves_the_list_where_it_was(carol):
    address = sent(carol)
    page = carol.get(address).get_data(as_text=True)
    data = {"csrf_token": token_of(page), "cell.4.Status": "Open", "was.4.Status": "Opn"}
    answer = carol.post(f"{address}/fix?show=new&q=hall&_external=1", data=data)
    assert answer.location == f"{address}?show=new&q=hall"


def test_new_rows_are_shown_to_the_public_by_a_step_of_its_own(carol, session):
    address = sent(carol)
    page = words(press(carol, address + "/apply", rows="valid"))
    assert "Show the 2 new shelters to the public" in page
    page = words(press(carol, address + "/publish"))
    assert "Everybody sees 2 shelters of this file now." in page
    assert "to the public" not in page
    assert set(session.scalars(select(Resource.sensitivity))) == {"public"}


def test_the_page_says_what_an_undo_would_leave_alone(carol, session):
    address = sent(carol)
    press(carol, address + "/apply", rows="valid")
    armory = session.scalars(select(Resource).where(Resource.external_id == "B-1")).one()
    body = {"version": armory.version, "set": {"status": "full"}}
    carol.patch(f"/api/resources/{armory.id}", json=body, headers=carol.csrf())
    page = words(carol.get(address))
    assert "1 shelter would be left alone" in page
    assert "Armory , by Carol" in page


def test_an_upload_that_was_interrupted_can_be_applied_again(carol, session):
    address = sent(carol, THREE.replace("Opn", "Open"))
    upload = session.get(Upload, int(address.rpartition("/")[2]))
    upload.state = "applying"
    session.flush()
    page = words(carol.get(address))
    assert "Loading was interrupted, and nothing was changed" in page
    assert "Apply again" in page
    page = words(press(carol, address + "/apply", rows="all"))
    assert "Added 3 shelters" in page


def test_what_is_not_in_the_file_stays_and_can_be_marked(carol, session):
    press(carol, sent(carol) + "/apply", rows="valid")
    address = sent(carol, THREE.replace("Opn", "Open").replace("B-2,Town hall", "B-9,Mill"))
    assert "Not in this file 1" in words(carol.get(address))
    before = words(carol.get(f"{address}?show=absent"))
    assert "Town hall" in before
    assert "Mark all as not reported" not in before
    press(carol, address + "/apply", rows="all")
    assert "Choose which ones to mark first." in words(press(carol, address + "/absent"))
    page = words(press(carol, address + "/absent", all="all"))
    assert "Marked 1 shelter as not reported." in page
    hall = session.scalars(select(Resource).where(Resource.external_id == "B-2")).one()
    assert hall.unreported_at is not None


def test_the_kind_of_a_file_is_told_from_its_columns(carol):
    assert "Shelters of Boone County OEM" in words(carol.get(sent(carol, kind="")))


def test_a_file_that_could_be_anything_is_asked_about(carol):
    response = upload(carol, "Alpha,Beta\nred,7\nblue,9\n", name="list.csv", kind="")
    assert response.status_code == 422
    assert "Choose what is in it." in words(response)


def test_the_history_is_filtered_by_kind_and_state(carol):
    press(carol, sent(carol) + "/apply", rows="valid")
    sent(carol, THREE.replace("B-", "C-"), name="waiting.csv")
    assert "waiting.csv" in words(carol.get("/uploads?state=received"))
    assert "shelters.csv" not in words(carol.get("/uploads?state=received"))
    assert "No such upload" in words(carol.get("/uploads?kind=unit&state=applied"))
    assert "waiting.csv" in words(carol.get("/uploads?kind=odd&state=odd&before=x&agency=7"))


def test_the_history_says_who_sent_a_file_for_whom(client, session, cast):
    cast.account("carol")
    client.sign_in(session, "stella")
    sent(client, agency="Boone County OEM")
    page = words(client.get("/uploads"))
    assert "by Stella (State Emergency Management Agency) for Boone County OEM" in page
    boone = cast.account("carol").agency_id
    assert "shelters.csv" in words(client.get(f"/uploads?agency={boone}"))
    own = cast.account("stella").agency_id
    assert "shelters.csv" not in words(client.get(f"/uploads?agency={own}"))
