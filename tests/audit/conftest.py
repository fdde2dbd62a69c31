"""Staff with the second factor."""

import pytest

from accounts.models import User
from tests.offices import open_office
from tests.pages import PageClient


@pytest.fixture
def office(staff: User) -> PageClient:
    return open_office(staff)
