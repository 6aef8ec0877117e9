"""Write, audit, publish: the read-only copy of the marts that everybody else reads.

Belongs here: building, auditing and swapping a publication. Does not belong here: what the marts
hold (dbt), who reads them (dashboard, outreach).

A publication is a folder `published/<as_of_date>_<content>` with `publication.duckdb` and
`publication.json`. `published/current` points to the newest that passed its audit; the swap of that
pointer is one rename. A run that fails leaves it where it was.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import duckdb

KEPT = 7
# Not named as its schema: `marts.fct_dso` must read as schema and table wherever it is opened.
DATABASE = "publication.duckdb"
FACTS = "publication.json"
SCHEMA = "marts"
_FOLDERS = "????-??-??_*"


class PublicationError(Exception):
    """A publication that did not pass its audit; the last good one stays."""


@dataclass(frozen=True)
class Publication:
    """One published day.

    Attributes:
        folder: Its folder.
        as_of_date: The business date.
        is_new: False where the marts were what is already published.
        tables: Rows and content hash of every table.
        desk_copied_at: When the desk was copied for it, aware; None where it was not.
    """

    folder: Path
    as_of_date: date
    is_new: bool
    tables: dict[str, dict[str, str]]
    desk_copied_at: datetime | None = None

    @property
    def published_at(self) -> datetime:
        """When it was last published, aware: marts that come back count as published again."""
        return datetime.fromtimestamp(self.folder.stat().st_mtime, UTC)

    @property
    def database(self) -> Path:
        """The DuckDB file, read-only."""
        return self.folder / DATABASE


def fingerprints(connection: duckdb.DuckDBPyConnection, schema: str) -> dict[str, dict[str, str]]:
    """Rows and an order-free hash of every table of a schema, by table name."""
    tables = connection.execute(
        "select table_name from information_schema.tables where table_schema = ? order by 1",
        [schema.split(".")[-1]],
    ).fetchall()
    result = {}
    for (table,) in tables:
        rows, digest = connection.execute(
            f'select count(*), coalesce(sum(hash(t)::hugeint), 0)::varchar from {schema}."{table}" as t'
        ).fetchall()[0]
        result[table] = {"rows": str(rows), "hash": digest}
    return result


def publish(warehouse: Path, published: Path, as_of_date: date, run_id: str) -> Publication:
    """Copy the marts into a new file, audit it in a fresh process, swap the pointer.

    Args:
        warehouse: The pipeline's database; opened read-only.
        published: Folder of publications.
        as_of_date: The business date of the marts.
        run_id: The Dagster run that built them.

    Raises:
        PublicationError: The audit found a difference, or no mart holds the date.
    """
    published.mkdir(parents=True, exist_ok=True)
    connection = duckdb.connect(str(warehouse), read_only=True)
    try:
        expected = fingerprints(connection, SCHEMA)
        found = _business_date(connection) if expected else None
        copied_at = _desk_copied_at(connection)
    finally:
        connection.close()
    if not expected:
        raise PublicationError("The warehouse holds no marts. Run `encours run`.")
    if found != as_of_date:
        raise PublicationError(
            f"The marts are those of {found}, not of {as_of_date}. Run the day again."
        )
    digest = f"{sum(int(t['hash']) for t in expected.values()) % 16**8:08x}"
    folder = published / f"{as_of_date.isoformat()}_{digest}"
    facts: dict[str, Any] = {
        "as_of_date": as_of_date.isoformat(),
        "run_id": run_id,
        "tables": expected,
    }
    # Not part of the content: the same marts known from an earlier copy stay the same publication.
    facts["desk_copied_at"] = copied_at.isoformat() if copied_at else None
    is_new = not (folder / FACTS).exists()
    if not is_new:
        folder.touch()  # of its day, these marts are the newest again
    for left_over in published.glob(".draft-*"):
        shutil.rmtree(left_over)
    if is_new:
        draft = published / f".draft-{run_id}"
        shutil.rmtree(draft, ignore_errors=True)
        draft.mkdir()
        try:
            _copy(warehouse, draft / DATABASE)
            _audit_apart(draft / DATABASE, expected)
            (draft / FACTS).write_text(json.dumps(facts, indent=1), encoding="utf-8")
            _settle(draft)
            draft.rename(folder)
        except BaseException:
            shutil.rmtree(draft, ignore_errors=True)
            raise
    current = current_publication(published)
    # A past day run again is published beside; readers stay on the newest day.
    if current is None or as_of_date >= current.as_of_date:
        _point(published, folder)
    _forget_old(published, folder)
    return Publication(folder, as_of_date, is_new, expected, copied_at)


def current_publication(published: Path) -> Publication | None:
    """The publication the pointer names; None before the first."""
    pointer = published / "current"
    return _read(pointer.resolve()) if (pointer / FACTS).exists() else None


def published_days(published: Path) -> list[Publication]:
    """The newest kept publication of each day, oldest day first."""
    folders = sorted(published.glob(_FOLDERS), key=lambda p: p.stat().st_mtime_ns)
    newest = {folder.name[:10]: folder for folder in folders if (folder / FACTS).exists()}
    return [_read(newest[day]) for day in sorted(newest)]


def published_day(published: Path, day: date) -> Publication | None:
    """The newest kept publication of a day; None where there is none."""
    return next((p for p in published_days(published) if p.as_of_date == day), None)


def _read(folder: Path) -> Publication:
    facts = json.loads((folder / FACTS).read_text(encoding="utf-8"))
    copied_at = facts.get("desk_copied_at")
    return Publication(
        folder,
        date.fromisoformat(facts["as_of_date"]),
        False,
        facts["tables"],
        datetime.fromisoformat(copied_at) if copied_at else None,
    )


def _desk_copied_at(connection: duckdb.DuckDBPyConnection) -> datetime | None:
    found = connection.execute(
        "select 1 from duckdb_tables() where schema_name = 'raw_desk' and table_name = 'copied'"
    ).fetchone()
    row = (
        connection.execute("select max(copied_at) from raw_desk.copied").fetchone()
        if found
        else None
    )
    return row[0].replace(tzinfo=UTC) if row and row[0] else None


def _business_date(connection: duckdb.DuckDBPyConnection) -> date | None:
    """The run's own date of the marts: the newest of the mart that has a row for each run date."""
    newest: date | None = connection.execute(
        f"select max(as_of_date) from {SCHEMA}.fct_dso"
    ).fetchall()[0][0]
    return newest


def _copy(warehouse: Path, target: Path) -> None:
    connection = duckdb.connect(":memory:")
    try:
        connection.execute(f"attach {_quoted(warehouse)} as warehouse (read_only)")
        # v1.4.0 opens in today's BI tools and refuses a stray write-ahead log.
        connection.execute(f"attach {_quoted(target)} as publication (storage_version 'v1.4.0')")
        connection.execute(f"create schema publication.{SCHEMA}")
        tables = connection.execute(
            "select table_name from duckdb_tables() where database_name = 'warehouse' and schema_name = ?",
            [SCHEMA],
        ).fetchall()
        for (table,) in tables:
            connection.execute(
                f'create table publication.{SCHEMA}."{table}" as select * from warehouse.{SCHEMA}."{table}"'
            )
        connection.execute("checkpoint publication; detach publication")
    finally:
        connection.close()


def _quoted(path: Path) -> str:
    return "'" + str(path).replace("'", "''") + "'"


def _audit_apart(database: Path, expected: dict[str, dict[str, str]]) -> None:
    """Open the file in a fresh process and total it again."""
    result = subprocess.run(
        [sys.executable, "-m", "orchestration.publication_audit", str(database)],
        input=json.dumps(expected),
        capture_output=True,
        text=True,
        check=False,
        cwd=Path(__file__).resolve().parent.parent,
    )
    if result.returncode != 0:
        raise PublicationError(
            f"{(result.stderr.strip() or 'The audit was killed.').splitlines()[-1]} The last good publication stays."
        )


def _settle(draft: Path) -> None:
    stray = [p.name for p in draft.iterdir() if p.suffix == ".wal"]
    if stray:
        raise PublicationError(
            f"{stray[0]} was left beside the new file. The last good publication stays."
        )
    for path in draft.iterdir():
        with path.open("rb") as stream:
            os.fsync(stream.fileno())
        path.chmod(0o444)


def _point(published: Path, folder: Path) -> None:
    draft = published / ".current"
    draft.unlink(missing_ok=True)
    draft.symlink_to(folder.name, target_is_directory=True)
    draft.replace(published / "current")


def _forget_old(published: Path, fresh: Path) -> None:
    """Keep the last seven, whatever their day; never remove the current or the fresh one."""
    standing = {(published / "current").resolve(), fresh.resolve()}
    folders = sorted(
        (p for p in published.glob(_FOLDERS) if p.resolve() not in standing),
        key=lambda p: p.stat().st_mtime_ns,
        reverse=True,
    )
    for folder in folders[KEPT - len(standing) :]:
        shutil.rmtree(folder)
