"""A company's drop of files, its load, and what was set aside."""

import datetime as dt
from pathlib import Path

from connectors.files import FilesSource, load_files

LOADED_AT = dt.datetime(2024, 4, 1, 6, 0)
INVOICES = "invoice_id,customer_id,invoice_date,currency,gross_amount\n"


def write(folder: Path, **files: str) -> FilesSource:
    """Contract files as CSV in UTF-8, and the source that reads them."""
    folder.mkdir(exist_ok=True)
    for name, text in files.items():
        (folder / f"{name}.csv").write_text(text, encoding="utf-8")
    return FilesSource(path=folder)


def mapped(folder: Path, mapping: str) -> FilesSource:
    """A source with a mapping."""
    path = folder / "mapping.toml"
    path.write_text(mapping, encoding="utf-8")
    return FilesSource(path=folder, mapping=path)


def load(connection, source, loaded_at=LOADED_AT):
    """Load; the manifest row of each entity, the last where it has several files."""
    return {row.entity: row for row in load_files(connection, source, loaded_at)}


def reasons(connection, entity="invoices"):
    """Line, column, value and reason of each row set aside."""
    return connection.execute(
        "select line, column_name, raw_value, reason from raw_files._quarantine where entity = ? order by 1, 2",
        [entity],
    ).fetchall()
