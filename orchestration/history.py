"""Dagster's run history in SQLite, held open while a run writes it.

Belongs here: what makes writing the history cheap. Does not belong here: what is written, the run.

Dagster opens and closes connections for every event, and a day has more than a thousand. The last
connection to close writes a file's log back and waits for the disk; one connection held open spares
that, and waiting only where the log is written back spares the wait of every commit. A power failure
can cost the last events of a history, never a figure.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any


@contextmanager
def held_open() -> Iterator[None]:
    """Hold every SQLite file that SQLAlchemy opens inside the block until the block ends."""
    from sqlalchemy import event
    from sqlalchemy.pool import Pool

    held: dict[str, sqlite3.Connection] = {}

    def hold(connection: Any, _record: Any) -> None:
        if not isinstance(connection, sqlite3.Connection):
            return
        connection.execute("pragma synchronous = normal")
        path = connection.execute("pragma database_list").fetchone()[2]
        if path and path not in held:
            held[path] = sqlite3.connect(path, check_same_thread=False)
            # A connection joins the file's log with its first read.
            held[path].execute("pragma schema_version").fetchone()

    event.listen(Pool, "connect", hold)
    try:
        yield
    finally:
        event.remove(Pool, "connect", hold)
        for connection in held.values():
            connection.close()
