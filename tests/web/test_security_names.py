"""The name of a file that somebody sends: shown and given back without what it was made to do."""

import pytest

from tests.web.test_uploads_pages import upload

HOSTILE = {
    "../../etc/passwd.csv": "passwd.csv",
    "C:\\windows\\system32\\shelters.csv": "shelters.csv",
    "/absolute/shelters.csv": "shelters.csv",
    "shel\x00ters.csv": "shelters.csv",
    "shelters\u202evsc.exe.csv": "sheltersvsc.exe.csv",
    "a\x1b[31m\x07.csv": "a[31m.csv",
    '"; filename="evil.exe.csv': "evil.exe.csv",
    "<img src=x onerror=alert(1)>.csv": "<img src=x onerror=alert(1)>.csv",
    "..": "The file",
    "n" * 4096 + ".csv": "n" * 120,
}


@pytest.fixture
def carol(client, session):
    client.sign_in(session, "carol")
    return client


@pytest.mark.parametrize("name", HOSTILE, ids=range(len(HOSTILE)))
def test_a_name_is_a_name_and_nothing_else(carol, name):
    sent = upload(carol, name=name)
    assert sent.status_code == 303
    number = sent.location.rstrip("/").rpartition("/")[2]
    listed = carol.get(f"/api/uploads/{number}").json
    assert HOSTILE[name] in str(listed["filename"]).replace("\\", "")
    page = carol.get(sent.location).get_data(as_text=True)
    assert "<img src=x" not in page
    back = carol.get(f"/uploads/{number}/file")
    assert back.status_code == 200
    told = back.headers["Content-Disposition"]
    assert told.startswith("attachment; ")
    assert "Set-Cookie" not in back.headers
    assert "/" not in told.replace("UTF-8''", "")
    assert back.headers["X-Content-Type-Options"] == "nosniff"
