"""dlt as the connectors use it: quiet, in one folder, never from where another run stopped.

Belongs here: how a pipeline into Parquet files is made, run and cleared away. Does not belong here:
sources (their own folders), what happens to the files (`connectors.landing`).

dlt keeps no state for us between loads. How far a source was read stands in its manifest, written in
one transaction with the rows; whatever dlt left of a load that was killed is read again.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from connectors.errors import SourceError

_ROWS = "rows"
_TELEMETRY = "RUNTIME__DLTHUB_TELEMETRY"


@contextmanager
def parquet_pipeline(name: str, folder: Path) -> Iterator[Any]:
    """A dlt pipeline that writes Parquet files under a folder; nothing of it stays at the end.

    What a killed load left there is dropped first: a left-over package would be loaded before, or
    instead of, what is read now.

    Args:
        name: Name of the pipeline.
        folder: A folder of its own; made where absent.

    Yields:
        A `dlt.Pipeline`; `parquet_files` names what it wrote.

    Raises:
        SourceError: The folder cannot be written or emptied.
    """
    import dlt

    drop_left_over(folder)
    try:
        folder.mkdir(parents=True, mode=0o700)
    except OSError as error:
        raise unwritable(error) from None
    with confined_to(folder):
        pipeline = dlt.pipeline(
            name,
            pipelines_dir=str(folder / "pipeline"),
            destination=dlt.destinations.filesystem(bucket_url=folder.resolve().as_uri()),
            dataset_name=_ROWS,
        )
        try:
            yield pipeline
        finally:
            pipeline.deactivate()
            drop_left_over(folder)


def drop_left_over(folder: Path) -> bool:
    """Remove what an earlier load left in its folder.

    Returns:
        Whether there was anything.

    Raises:
        SourceError: It cannot be removed.
    """
    found = folder.exists()
    shutil.rmtree(folder, ignore_errors=True)
    if folder.exists():
        raise SourceError(f"Folder {folder} cannot be emptied.", "Give the user write permission.")
    return found


def parquet_files(folder: Path, table: str) -> list[Path]:
    """The files a pipeline wrote for one of its tables, none where it had no rows."""
    return sorted((folder / _ROWS / table).glob("*.parquet"))


def unwritable(error: OSError) -> SourceError:
    """The named error for files that cannot be written: no space, no right, read-only."""
    return SourceError(
        f"The landing folder cannot be written: {error.strerror}.",
        "Free space, or give the user write permission.",
    )


def causes(error: BaseException | None) -> Iterator[BaseException]:
    """An error and what lies beneath it; dlt wraps what a source raised."""
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        yield error
        error = error.__cause__ or error.__context__


@contextmanager
def confined_to(folder: Path) -> Iterator[None]:
    """dlt without telemetry and quiet, reading and writing nothing outside `folder`."""
    settings = {
        _TELEMETRY: "false",
        "RUNTIME__LOG_LEVEL": "CRITICAL",
        "RESTORE_FROM_DESTINATION": "false",
        # One list or table after the other, so that a failure and the progress have one place.
        "EXTRACT__NEXT_ITEM_MODE": "fifo",
        "DLT_DATA_DIR": str(folder),
        "DLT_LOCAL_DIR": str(folder),
        "DLT_PROJECT_DIR": str(folder),
    }
    before = {name: os.environ.get(name) for name in settings}
    os.environ.update(settings)
    try:
        yield
    finally:
        for name, value in before.items():
            # Telemetry stays off in this process: dlt asks again at exit.
            if value is not None:
                os.environ[name] = value
            elif name != _TELEMETRY:
                del os.environ[name]
