"""Files of the inbox: opened without being trusted, given a place, their errors beside them.

Belongs here: names, links, sizes, places. Does not belong here: what is in a file, what becomes of
it (`reading`).
"""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from outreach.cells import Column, csv_bytes
from outreach.day import Locale
from outreach.inbox.mailbox import LARGEST_MAIL_BYTES
from outreach.inbox.sheets import LARGEST_FILE_BYTES
from outreach.inbox.words import Problem, RefusedFileError
from outreach.safe_text import file_stem, one_line

DONE, REFUSED = "done", "refused"
LIST_SUFFIXES = (".xlsx", ".csv", ".tsv", ".txt")
MAIL_SUFFIXES = (".eml",)
# What programs write beside a file, or until it is whole.
_UNFINISHED_PREFIXES = ("~$", ".")
_UNFINISHED_SUFFIXES = (".part", ".partial", ".tmp", ".crdownload", ".download", "~")
# Names longer than this leave no room for a suffix of ours.
_LONGEST_NAME_BYTES = 180


ERROR_COLUMNS = (
    Column("line", "count", "Line", "Ligne", 8),
    Column("customer_id", "text", "Customer id", "Code client", 14),
    Column("column", "text", "Column", "Colonne", 20),
    Column("value", "text", "Value", "Valeur", 30),
    Column("what", "text", "What is wrong", "Ce qui ne va pas", 60),
    Column("remedy", "text", "What to do", "Que faire", 60),
)


@dataclass(frozen=True)
class Drop:
    """A file as it was when it was read."""

    path: Path
    name: str
    content: bytes
    identity: tuple[int, int, int]

    @property
    def suffix(self) -> str:
        """Its suffix, lower case."""
        return self.path.suffix.lower()

    @property
    def sha256(self) -> str:
        """The hash by which it is known."""
        return hashlib.sha256(self.content).hexdigest()


def is_to_be_read(name: str) -> bool:
    """Whether a name is that of a finished file."""
    return (
        name not in (DONE, REFUSED)
        and not name.startswith(_UNFINISHED_PREFIXES)
        and not name.lower().endswith(_UNFINISHED_SUFFIXES)
    )


def open_drop(path: Path, shown: str) -> Drop:
    """The bytes of an ordinary file; links are not followed, pipes not waited for."""
    if not stat.S_ISREG(path.lstat().st_mode):
        raise RefusedFileError("not_a_file")
    most = LARGEST_MAIL_BYTES if path.suffix.lower() in MAIL_SUFFIXES else LARGEST_FILE_BYTES
    flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
    with os.fdopen(os.open(path, flags), "rb") as stream:
        found = os.fstat(stream.fileno())
        if not stat.S_ISREG(found.st_mode):
            raise RefusedFileError("not_a_file")
        if found.st_size > most:
            raise RefusedFileError("too_large", most=most >> 20)
        return Drop(path, shown, stream.read(most), identity(found))


def identity(found: os.stat_result) -> tuple[int, int, int]:
    """What changes when somebody puts another file in its place."""
    return found.st_ino, found.st_size, found.st_mtime_ns


def place_of(path: Path, folder: Path, drop: Drop | None) -> Path:
    """A free name in a folder, or that of the same content; `drop` is None for what is no file."""
    name = path.name
    if len(os.fsencode(name)) > _LONGEST_NAME_BYTES:
        name = f"{file_stem(shown_name(name))}{path.suffix[:20]}"
    target = folder / name
    if not os.path.lexists(target) or (drop and _holds(target, drop.content)):
        return target
    mark = drop.sha256 if drop else hashlib.sha256(os.fsencode(path.name)).hexdigest()
    return target.with_name(f"{target.stem}-{mark[:8]}{target.suffix}")


def write_errors(target: Path, problems: Sequence[Problem], locale: Locale) -> None:
    """Write `<file>.errors.csv` beside the place of a file, whole or not at all."""
    rows = [{**vars(problem), "line": problem.line or None} for problem in problems]
    path = target.with_name(f"{target.name}.errors.csv")
    partial = path.with_name(f".{path.name}.part")
    # Whatever lies there, a link above all, is not written through.
    partial.unlink(missing_ok=True)
    with partial.open("xb") as stream:
        stream.write(csv_bytes(rows, ERROR_COLUMNS, locale))
    partial.replace(path)


def shown_name(name: str) -> str:
    """A file's name as text that every output can hold."""
    return one_line(os.fsencode(name).decode("utf-8", "replace"))


def _holds(path: Path, content: bytes) -> bool:
    return path.is_file() and not path.is_symlink() and path.read_bytes() == content
