"""`encours desk`: what a person looks through and decides.

Belongs here: the list of its commands, and those on rows set aside and parties in doubt. Does not
belong here: what they do (`orchestration.quarantine`), entries and outbox (modules of their own).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from duckdb import DuckDBPyConnection
from rich.markup import escape

from connectors.errors import SourceError
from connectors.manifest import ManifestRow
from orchestration import quarantine as rows_aside
from orchestration.cli import desk_entries, desk_inbox, desk_outbox
from orchestration.cli.common import ConfigOption, explained_errors, out
from orchestration.config import Company, ConfigError, default_config_path, load_company
from orchestration.lock import writer_lock
from orchestration.warehouse import prepare_schemas, writing

desk = typer.Typer(no_args_is_help=True, help="Look through what waits for a person, and decide.")

_COMMANDS: dict[str, dict[str, Callable[..., None]]] = {
    "Messages": {
        "list": desk_outbox.show,
        "approve": desk_outbox.approve,
        "refuse": desk_outbox.refuse,
        "send": desk_outbox.send,
        "posted": desk_outbox.posted,
        "reconcile": desk_outbox.reconcile,
        "stop": desk_outbox.stop,
        "start": desk_outbox.start,
    },
    "Customers": {
        "why": desk_inbox.why,
        "promise": desk_entries.promise,
        "dispute": desk_entries.dispute,
        "hold": desk_entries.hold,
        "release": desk_entries.release,
        "call": desk_entries.call,
        "undo": desk_entries.undo,
        "inbox": desk_inbox.inbox,
    },
}
for _panel, _commands in _COMMANDS.items():
    for _name, _command in _commands.items():
        desk.command(_name, rich_help_panel=_panel)(_command)


@contextmanager
def _warehouse(config: Path | None) -> Iterator[tuple[Company, DuckDBPyConnection]]:
    """The company and its warehouse, writable, once a day of it has run."""
    with explained_errors():
        company = load_company(config or default_config_path())
        if not company.warehouse.exists():
            raise ConfigError(f"{company.warehouse} does not exist. Run `encours run` first.")
        with writer_lock(company.home, 0.0), writing(company.warehouse) as connection:
            prepare_schemas(connection)
            yield company, connection


@desk.command(rich_help_panel="Data")
def quarantine(
    config: ConfigOption = None,
    export: Annotated[
        Path | None, typer.Option(help="Write the rows to CSV files in this folder, to correct.")
    ] = None,
    apply: Annotated[
        Path | None, typer.Option(help="Land the corrected rows of such a file.")
    ] = None,
) -> None:
    """Rows set aside: see them, export them for correction, bring them back."""
    with _warehouse(config) as (company, connection):
        loaded = _loaded_sources(company, connection)
        if apply:
            now = datetime.now(UTC).replace(tzinfo=None, microsecond=0)
            landed, ignored, faults = rows_aside.apply(connection, loaded, apply, now)
        found = rows_aside.summary(connection, loaded)
        written = rows_aside.export(connection, loaded, export) if export else []
    if apply:
        with explained_errors():
            _say_applied(landed, ignored, faults)
    if not written:
        _show(found)
    for path in written:
        out.print(f"wrote {path}", highlight=False, soft_wrap=True)
    if written:
        out.print(
            "Correct the rows there, write `correct` or `ignore` under decision, then for each file:"
            " encours desk quarantine --apply <file>, and encours run."
        )


@desk.command(rich_help_panel="Data")
def identity(
    config: ConfigOption = None,
    export: Annotated[
        Path | None, typer.Option(help="Write them to this CSV file, to decide on.")
    ] = None,
) -> None:
    """Parties that may be a customer and that a person should decide on."""
    from connectors.identity import export_doubtful

    with _warehouse(config) as (_, connection):
        count = export_doubtful(connection, export) if export else 0
        counted = connection.execute(
            "select source, reason, count(*) from identity.doubtful group by all order by all"
        ).fetchall()
    for source, reason, parties in counted:
        line = f"✗ {source}: {parties:,} parties, {reason.replace('_', ' ')}"
        out.print(escape(line), highlight=False, soft_wrap=True)
    if not counted:
        out.print("✓ nobody is in doubt")
    elif export:
        out.print(f"wrote {count} candidates to {export}", highlight=False, soft_wrap=True)
        out.print(
            "Write `link` or `separate` under decision and name the file under [identity] overrides."
        )
    else:
        out.print("To decide on them: encours desk identity --export <file>")


def _loaded_sources(company: Company, connection: DuckDBPyConnection) -> tuple[str, ...]:
    schemas = {
        row[0] for row in connection.execute("select schema_name from duckdb_schemas()").fetchall()
    }
    return tuple(name for name in company.source_names if f"raw_{name}" in schemas)


def _show(found: list[rows_aside.QuarantinedRows]) -> None:
    if not found:
        out.print("✓ nothing is set aside")
        return
    for row in found:
        place = f"{row.source} {row.file}: {row.entity.replace('_', ' ')}"
        fault = f"{row.column} {row.reason.replace('_', ' ')}".strip()
        times = f"{row.rows:,} rows, first in line" if row.rows > 1 else "line"
        line = f"✗ {place}, {fault}, {times} {row.first_line}"
        out.print(escape(line), highlight=False, soft_wrap=True)
    out.print("To correct them: encours desk quarantine --export <folder>")


def _say_applied(landed: list[ManifestRow], ignored: int, faults: list[str]) -> None:
    for row in landed:
        out.print(
            f"{row.source} {row.entity}: {row.loaded} corrected rows loaded, {row.exact_duplicates} already"
            f" there, {row.quarantined} still wrong",
            highlight=False,
        )
    if ignored:
        out.print(f"{ignored} rows left out for good", highlight=False)
    if not landed and not ignored:
        raise SourceError("No row has a decision.", "Write `correct` or `ignore` under decision.")
    for fault in faults:
        out.print(escape(f"✗ {fault}"), highlight=False, soft_wrap=True)
    if faults:
        out.print("These stay set aside: correct them in the file and apply it again.")
        raise typer.Exit(1)
    out.print("They count from the next `encours run`.")
