"""Dagster's event log in SQLite, with one connection kept for each of its files.

Belongs here: how the log's files are connected to. Does not belong here: what is written (Dagster),
which run (`runs`).

Dagster's own storage makes an engine anew for every statement, several times an event, and a day has
more than a thousand events: a third of a small day's processor time. Files and their format stay
Dagster's, so either class can open what the other wrote.
"""

from __future__ import annotations

import contextlib
import os
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dagster._core.storage.event_log import SqliteEventLogStorage
from dagster._core.storage.event_log.sqlite.sqlite_event_log import INDEX_SHARD_NAME

if TYPE_CHECKING:
    from dagster import EventLogEntry
    from sqlalchemy.engine import Connection, Engine

# The index and the runs a person has open in the UI; beyond, the longest unused is closed.
MOST_OPEN_FILES = 16
_BUSY_SECONDS = 30


class KeptOpenEventLog(SqliteEventLogStorage):
    """Dagster's storage, one file a run and an index, without an engine for every statement."""

    def __init__(self, base_dir: str, inst_data: Any = None) -> None:
        self._engines: OrderedDict[str, Engine] = OrderedDict()
        super().__init__(base_dir, inst_data)

    @classmethod
    def from_config_value(cls, inst_data: Any, config_value: Any) -> KeptOpenEventLog:
        """Make the storage that `dagster.yaml` names."""
        return cls(inst_data=inst_data, **config_value)

    def store_event(self, event: EventLogEntry) -> None:
        """Store an event, and say so to whoever watches the run."""
        super().store_event(event)
        # The file itself changes only where its write-ahead log is written back.
        with contextlib.suppress(FileNotFoundError):
            os.utime(self.path_for_shard(event.run_id))

    @contextmanager
    def run_connection(self, run_id: str | None = None) -> Iterator[Connection]:
        """A transaction on the file of one run."""
        with self._kept(str(run_id)) as connection:
            yield connection

    @contextmanager
    def index_connection(self) -> Iterator[Connection]:
        """A transaction on the file that holds what is asked across runs."""
        with self._kept(INDEX_SHARD_NAME) as connection:
            yield connection

    def delete_events(self, run_id: str) -> None:
        """Delete the events of a run, and let go of its file."""
        super().delete_events(run_id)
        self._close(run_id)

    def wipe(self) -> None:
        """Delete every event."""
        self._close_all()
        super().wipe()

    def dispose(self) -> None:
        """Close every file."""
        self._close_all()
        super().dispose()

    @contextmanager
    def _kept(self, shard: str) -> Iterator[Connection]:
        if not Path(self.path_for_shard(shard)).exists():
            # Somebody else, the UI for instance, removed the run: a held file would be a ghost.
            self._close(shard)
            self._initialized_dbs.discard(shard)
        if shard not in self._engines:
            # Makes the file and its tables where they are not there yet.
            with self._connect(shard):
                pass
        with self._db_lock, self._engine(shard).connect() as connection, connection.begin():
            yield connection

    def _engine(self, shard: str) -> Engine:
        from sqlalchemy import create_engine
        from sqlalchemy.pool import QueuePool

        if shard not in self._engines:
            self._engines[shard] = create_engine(
                self.conn_string_for_shard(shard),
                poolclass=QueuePool,
                pool_size=1,
                max_overflow=0,
                connect_args={"timeout": _BUSY_SECONDS, "check_same_thread": False},
            )
        self._engines.move_to_end(shard)
        while len(self._engines) > MOST_OPEN_FILES:
            _, unused = self._engines.popitem(last=False)
            unused.dispose()
        return self._engines[shard]

    def _close(self, shard: str) -> None:
        with self._db_lock:
            engine = self._engines.pop(shard, None)
        if engine is not None:
            engine.dispose()

    def _close_all(self) -> None:
        for shard in list(self._engines):
            self._close(shard)
