"""Write, audit, publish: the read-only copy of the marts that everybody else reads.

Belongs here: building, auditing and swapping a publication, and which are kept. Does not belong here:
what its files hold (`orchestration.publication`), what the marts hold (dbt), who reads them
(dashboard, outreach).

A publication is a folder `published/<as_of_date>_<content>` with `publication.duckdb`, the same marts
as `parquet/<mart>.parquet`, `publication.json` and a guide. `published/current` points to the newest that passed
its audit; the swap of that pointer is one rename. A run that fails leaves it where it was.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import duckdb

from orchestration.publication.about import (
    MARTS,
    About,
    Column,
    content_hash,
    described_columns,
    facts_row,
    quarantined_rows,
    set_aside_counts,
)
from orchestration.publication.files import (
    DATABASE,
    FACTS,
    GUIDE,
    fingerprints,
    flush,
    is_whole,
    settle,
    write_files,
)
from orchestration.publication.guide import guide

KEPT = 7
_FOLDERS = "????-??-??_*"
_NOTHING_KNOWN = About()


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


@dataclass(frozen=True)
class _Content:
    """What the warehouse holds for a publication.

    Attributes:
        tables: Fingerprint of every mart.
        columns: Their described columns.
        counts: What is set aside, by name.
        quarantined: Rows in quarantine by source and entity.
        desk_copied_at: When the desk was copied, aware; None where it was not.
    """

    tables: dict[str, dict[str, Any]]
    columns: list[Column]
    counts: dict[str, int | None]
    quarantined: list[dict[str, Any]]
    desk_copied_at: datetime | None

    @property
    def totals(self) -> dict[str, dict[str, str]]:
        """Rows and hash of every mart."""
        return {
            name: {"rows": table["rows"], "hash": table["hash"]}
            for name, table in self.tables.items()
        }


def publish(
    warehouse: Path, published: Path, as_of_date: date, run_id: str, about: About = _NOTHING_KNOWN
) -> Publication:
    """Copy the marts into new files, audit them in a fresh process, swap the pointer.

    Args:
        warehouse: The pipeline's database; opened read-only.
        published: Folder of publications.
        as_of_date: The business date of the marts.
        run_id: The Dagster run that built them.
        about: What the files say of themselves beside the marts.

    Raises:
        PublicationError: The audit found a difference, no mart holds the date, or the files could not
            be written.
    """
    content = _content(warehouse, as_of_date, about)
    digest = content_hash(content.tables, content.columns, about)[:8]
    folder = published / f"{as_of_date.isoformat()}_{digest}"
    facts = facts_row(
        folder.name, as_of_date, run_id, about, content.desk_copied_at, content.counts
    )
    try:
        published.mkdir(parents=True, exist_ok=True)
        for left_over in (*published.glob(".draft-*"), *published.glob(".gone-*")):
            shutil.rmtree(left_over)
        is_new = not is_whole(folder, list(content.tables))
        if is_new:
            _build(warehouse, folder, facts, content, about)
        else:
            folder.touch()  # of its day, these marts are the newest again
        current = current_publication(published)
        # A past day run again is published beside; readers stay on the newest day.
        if current is None or as_of_date >= current.as_of_date:
            _point(published, folder)
    except (OSError, duckdb.Error) as error:
        reason = getattr(error, "strerror", None) or " ".join(str(error).split())
        raise PublicationError(
            f"The publication could not be written to {published}: {reason}. The last good"
            " publication stays. Where the disk is full or the folder read-only, free space or give"
            " permission; then run the day again."
        ) from error
    # Readers have the new day already: what hinders tidying up is not told as a day that failed.
    _forget_old(published, folder)
    return Publication(folder, as_of_date, is_new, content.totals, content.desk_copied_at)


def _content(warehouse: Path, as_of_date: date, about: About) -> _Content:
    connection = duckdb.connect(str(warehouse), read_only=True)
    try:
        tables = fingerprints(connection)
        if not tables:
            raise PublicationError("The warehouse holds no marts. Run `encours run`.")
        found = _business_date(connection)
        if found != as_of_date:
            raise PublicationError(
                f"The marts are those of {found}, not of {as_of_date}. Run the day again."
            )
        return _Content(
            tables,
            described_columns(connection, about),
            set_aside_counts(connection),
            quarantined_rows(connection),
            _desk_copied_at(connection),
        )
    finally:
        connection.close()


def _build(
    warehouse: Path, folder: Path, facts: dict[str, Any], content: _Content, about: About
) -> None:
    """Write a publication apart, audit it, and give it its name."""
    published = folder.parent
    draft = published / f".draft-{facts['run_id']}"
    draft.mkdir()
    try:
        write_files(warehouse, draft, facts, content.columns, about)
        _audit_apart(draft, content, about)
        told = facts | {"quarantined_rows": content.quarantined, "tables": content.totals}
        text = json.dumps(told, indent=1, ensure_ascii=False, default=_as_text)
        (draft / FACTS).write_text(text + "\n", encoding="utf-8")
        (draft / GUIDE).write_text(guide(facts, content.tables, about), encoding="utf-8")
        settle(draft)
        if folder.exists():  # files were taken out of it by hand
            _remove(folder)
        draft.rename(folder)
        flush(published)
    except BaseException:
        shutil.rmtree(draft, ignore_errors=True)
        raise


def _as_text(value: date | datetime) -> str:
    # Times are kept in UTC; in a text they say so.
    aware = value.replace(tzinfo=UTC) if isinstance(value, datetime) else value
    return aware.isoformat()


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
        f"select max(as_of_date) from {MARTS}.fct_dso"
    ).fetchall()[0][0]
    return newest


def _audit_apart(folder: Path, content: _Content, about: About) -> None:
    """Open the files in a fresh process and total them again."""
    expected = {
        "tables": content.tables,
        "about": {"publication": 1, "checks": len(about.checks), "columns": len(content.columns)},
        "described": sum(meaning is not None for *_, meaning in content.columns),
    }
    result = subprocess.run(
        [sys.executable, "-m", "orchestration.publication.audit", str(folder)],
        input=json.dumps(expected),
        capture_output=True,
        text=True,
        check=False,
        cwd=Path(__file__).resolve().parent.parent,
    )
    if result.returncode != 0:
        found = result.stdout.splitlines()
        said = (
            found[0]
            if found
            else (result.stderr.strip() or "The audit was killed.").splitlines()[-1]
        )
        more = f" ({len(found) - 1} more.)" if len(found) > 1 else ""
        raise PublicationError(f"{said}{more} The last good publication stays.")


def _point(published: Path, folder: Path) -> None:
    """Swap what readers see; the guide follows, being that of the publication they see."""
    _link(published / "current", folder.name)
    _link(published / GUIDE, f"current/{GUIDE}")
    flush(published)


def _link(link: Path, target: str) -> None:
    if link.is_symlink() and str(link.readlink()) == target:
        return
    draft = link.with_name(f".{link.name}")
    draft.unlink(missing_ok=True)
    draft.symlink_to(target)
    draft.replace(link)


def _forget_old(published: Path, fresh: Path) -> None:
    """Keep the last seven, whatever their day; never remove the current or the fresh one."""
    standing = {(published / "current").resolve(), fresh.resolve()}
    folders = sorted(
        (p for p in published.glob(_FOLDERS) if p.resolve() not in standing),
        key=lambda p: p.stat().st_mtime_ns,
        reverse=True,
    )
    for folder in folders[KEPT - len(standing) :]:
        _remove(folder)


def _remove(folder: Path) -> None:
    """Take a publication away as a whole: who reads it finds all its files or none."""
    gone = folder.with_name(f".gone-{folder.name}")
    folder.rename(gone)
    shutil.rmtree(gone)
