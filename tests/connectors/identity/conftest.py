"""A warehouse in memory, and a file of decisions."""

from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest
from handmade_parties import Rig

from connectors.identity import IdentitySettings


@pytest.fixture
def rig() -> Rig:
    return Rig(duckdb.connect())


@pytest.fixture
def write_overrides(tmp_path: Path) -> Callable[..., IdentitySettings]:
    """Writes lines under the header of an overrides file; returns settings that name it."""

    def write(*lines: str, encoding: str = "utf-8", **settings) -> IdentitySettings:
        path = tmp_path / "overrides.csv"
        header = "source,party_id,customer_id,decision,author,comment"
        path.write_text("\n".join((header, *lines)) + "\n", encoding=encoding)
        return IdentitySettings(overrides=path, **settings)

    return write
