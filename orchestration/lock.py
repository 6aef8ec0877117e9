"""One writer: the file lock around everything that writes a company's home.

Belongs here: taking the lock and saying who holds it. Does not belong here: what is done under it.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from filelock import FileLock, Timeout


class HeldError(Exception):
    """Another process writes this company's home; the message says which."""


@contextmanager
def writer_lock(home: Path, wait_seconds: float) -> Iterator[None]:
    """Hold the company's writer lock; within one process it may be taken again.

    Args:
        home: The company's home folder.
        wait_seconds: How long to wait for another process; 0 not at all.

    Raises:
        HeldError: The other process did not end in time.
        PermissionError: The folder may not be written.
    """
    home.mkdir(parents=True, exist_ok=True)
    note = home / "encours.lock.json"
    lock = FileLock(home / "encours.lock", is_singleton=True, thread_local=False)
    try:
        lock.acquire(timeout=wait_seconds)
    except Timeout:
        raise HeldError(_held_by(note)) from None
    try:
        if lock.lock_counter == 1:
            note.write_text(json.dumps({"pid": os.getpid(), "command": " ".join(sys.argv)[:200]}))
        yield
    finally:
        if lock.lock_counter == 1:
            with suppress(FileNotFoundError):
                note.unlink()
        lock.release()


def _held_by(note: Path) -> str:
    try:
        holder = json.loads(note.read_text())
        who = f"process {holder['pid']} ({holder['command']})"
    except (OSError, ValueError, KeyError):
        who = "another process"
    return f"{who} is running on this company. Wait for it to end, then run again."
