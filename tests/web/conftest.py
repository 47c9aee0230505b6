"""What all tests of the web share."""

import pytest

from meris.web import forms


@pytest.fixture(autouse=True)
def _failures_take_no_time(request, monkeypatch):
    """Only the tests of that very time wait it out."""
    if "patience" not in request.fixturenames:
        monkeypatch.setattr(forms, "FAILURE_SECONDS", 0)


@pytest.fixture
def patience():
    """How long a failed log-in takes at least, in seconds."""
    return forms.FAILURE_SECONDS
