"""Publishing that is killed, or finds no room: readers keep the last good day, the next run is clean."""

import os
import resource
import signal
import subprocess
import sys
import tempfile
from contextlib import contextmanager
from pathlib import Path

import duckdb
import pytest
from publication_rig import ABOUT, DAY, fill

from orchestration import publishing
from orchestration.publication.files import DATABASE, is_whole
from orchestration.publishing import PublicationError, current_publication, publish

ROOT = Path(__file__).parents[2]
# The child dies as it calls a function of publishing, or right after it.
KILLED = """
import os, signal, sys
from pathlib import Path
sys.path[:0] = ["tests/orchestration"]
from orchestration import publishing
from publication_rig import ABOUT, DAY
name, when, home = sys.argv[1:]
step = getattr(publishing, name)
def killed(*arguments):
    if when == "after":
        step(*arguments)
    os.kill(os.getpid(), signal.SIGKILL)
publishing._audit_apart = lambda *_: None
setattr(publishing, name, killed)
publishing.KEPT = 1
publishing.publish(Path(home) / "warehouse.duckdb", Path(home) / "published", DAY, "killed", ABOUT)
"""


@pytest.fixture
def home(tmp_path, monkeypatch):
    """A company with one good publication, and other marts to be published next."""
    monkeypatch.setattr(publishing, "_audit_apart", lambda *_: None)
    fill(tmp_path / "warehouse.duckdb")
    publish(tmp_path / "warehouse.duckdb", tmp_path / "published", DAY, "good", ABOUT)
    fill(tmp_path / "warehouse.duckdb", amount="99.99")
    return tmp_path


def published_amount(home) -> str:
    file = home / "published" / "current" / DATABASE
    with duckdb.connect(str(file), read_only=True) as connection:
        [(amount,)] = connection.sql(
            "select open_amount from marts.fct_items where invoice_id = 'F3'"
        ).fetchall()
    assert is_whole(file.parent, ["fct_dso", "fct_items"])
    return str(amount)


@pytest.mark.parametrize(
    ("step", "when", "seen"),
    [
        ("write_files", "before", "12.30"),
        ("write_files", "after", "12.30"),
        ("settle", "after", "12.30"),
        ("_point", "before", "12.30"),
        ("_link", "after", "99.99"),
        ("_forget_old", "after", "99.99"),
    ],
)
def test_a_killed_publisher_leaves_a_good_day_and_the_next_run_is_clean(home, step, when, seen):
    ended = subprocess.run([sys.executable, "-c", KILLED, step, when, str(home)], cwd=ROOT)
    assert ended.returncode == -signal.SIGKILL
    assert published_amount(home) == seen
    publish(home / "warehouse.duckdb", home / "published", DAY, "next", ABOUT)
    assert published_amount(home) == "99.99"
    assert not [p for p in (home / "published").iterdir() if p.name.startswith(".")]
    assert (home / "published" / "README.md").exists()


@contextmanager
def no_file_above(size: int):
    """A real refusal of the operating system to write on, as of a full disk."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


# In the DuckDB file, in a Parquet file, while committing.
@pytest.mark.parametrize("size", [1000, 100_000, 1_500_000])
def test_without_room_nothing_half_made_is_left_and_the_error_says_so(home, size):
    with duckdb.connect(str(home / "warehouse.duckdb")) as connection:
        connection.execute(
            "create table marts.fct_large as select md5(range::varchar) as text from range(60000)"
        )
    before = sorted((home / "published").iterdir())
    with (
        no_file_above(size),
        pytest.raises(
            PublicationError, match=r"could not be written to .*File too large.*free space"
        ),
    ):
        publish(home / "warehouse.duckdb", home / "published", DAY, "full", ABOUT)
    assert sorted((home / "published").iterdir()) == before
    assert published_amount(home) == "12.30"


@contextmanager
def as_nobody():
    """Without the rights of root, to whom no folder is read-only."""
    user = os.geteuid()
    if user == 0:
        os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(user)


def test_a_folder_that_may_not_be_written_is_named():
    with tempfile.TemporaryDirectory() as folder:
        warehouse = Path(folder) / "warehouse.duckdb"
        fill(warehouse)
        warehouse.chmod(0o444)
        Path(folder).chmod(0o555)
        try:
            with (
                as_nobody(),
                pytest.raises(PublicationError, match=r"published: Permission denied.*permission"),
            ):
                publish(warehouse, Path(folder) / "published", DAY, "run-1", ABOUT)
        finally:
            Path(folder).chmod(0o755)
        assert current_publication(Path(folder) / "published") is None


def test_an_old_day_that_cannot_be_removed_is_not_told_as_a_day_that_failed(home, monkeypatch):
    def refuse(*_):
        raise PermissionError("Not yours.")

    monkeypatch.setattr("orchestration.publishing._forget_old", refuse)
    with pytest.raises(PermissionError):
        publish(home / "warehouse.duckdb", home / "published", DAY, "next", ABOUT)
    # Readers have the new day.
    assert published_amount(home) == "99.99"
