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

_ROWS = "rows"
_WORK = "pipeline"
# dlt reads its settings from the environment; these hold while a pipeline of ours runs.
_SETTINGS = {
    "RUNTIME__DLTHUB_TELEMETRY": "false",
    "RUNTIME__LOG_LEVEL": "CRITICAL",
    "RESTORE_FROM_DESTINATION": "false",
}


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
    """
    import dlt

    drop_left_over(folder)
    folder.mkdir(parents=True, mode=0o700)
    with _environment(_SETTINGS | {"DLT_DATA_DIR": str(folder / "dlt")}):
        pipeline = dlt.pipeline(
            name,
            pipelines_dir=str(folder / _WORK),
            destination=dlt.destinations.filesystem(bucket_url=str(folder)),
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
    """
    found = folder.exists()
    shutil.rmtree(folder, ignore_errors=True)
    return found


def parquet_files(folder: Path, table: str) -> list[Path]:
    """The files a pipeline wrote for one of its tables, none where it had no rows."""
    return sorted((folder / _ROWS / table).glob("*.parquet"))


@contextmanager
def _environment(settings: dict[str, str]) -> Iterator[None]:
    before = {name: os.environ.get(name) for name in settings}
    os.environ.update(settings)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value
