"""Fixtures of the renderers' tests."""

import pytest
from handmade_day import make_day

from outreach.day import DayRows


@pytest.fixture
def day_rows() -> DayRows:
    return make_day()
