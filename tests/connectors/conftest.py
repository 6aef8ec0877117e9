"""A fresh warehouse in memory."""

import duckdb
import pytest


@pytest.fixture
def warehouse():
    connection = duckdb.connect(":memory:")
    yield connection
    connection.close()
