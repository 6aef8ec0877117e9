"""Fixtures of the tests of pages in a browser."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from tests.chromium_rig import running_chromium


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One browser a file of tests: its event loop must not outlive them."""
    with running_chromium() as running:
        yield running
