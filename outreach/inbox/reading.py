"""The inbox: each file of people and mail is read once, entered, and moved out of the way.

Belongs here: files, their order, their transaction, what is reported about them. Does not belong
here: what is in them (`annotated`, `mailbox`), when to look (a sensor, `encours desk inbox`).

A file is known by the hash of its content. Its entries and the note that it was read are one
transaction; it moves afterwards, so that a crash in between is finished by the next look. What is
wrong with its rows is written beside it before anything is committed.
"""

from __future__ import annotations

import datetime as dt
import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from outreach.day import Locale
from outreach.desk.stopping import StoppedMessage
from outreach.desk.store import transaction
from outreach.desk.times import utc_text
from outreach.inbox.annotated import KEY, TEAM_KEYS, headings, read_annotated
from outreach.inbox.drops import (
    DONE,
    LIST_SUFFIXES,
    MAIL_SUFFIXES,
    REFUSED,
    Drop,
    identity,
    is_to_be_read,
    open_drop,
    place_of,
    shown_name,
    write_errors,
)
from outreach.inbox.entering import EnteredFile, Signature, enter_annotations
from outreach.inbox.mailbox import enter_mail, read_mail
from outreach.inbox.meaning import AccountLines
from outreach.inbox.words import Problem, RefusedFileError, problem_words

Status = Literal["taken", "partly", "refused", "known", "left"]


@dataclass(frozen=True)
class FileOutcome:
    """What became of one file.

    Attributes:
        name: Its name in the inbox, on one line.
        status: `taken`: all of it counts; `partly`: its good rows count; `refused`: nothing does;
            `known`: the same content was read before and changes nothing; `left`: it stays.
        rows_in: Rows with something filled; 1 for a mail.
        rows_accepted: Rows that count.
        counts: New entries by kind: promises, disputes, notes, holds, replies, unreachable.
        stopped: Pending messages that will not leave because of it.
        problems: What is wrong, and what to do.
        moved_to: Where it is now; None where it stays.
    """

    name: str
    status: Status
    rows_in: int = 0
    rows_accepted: int = 0
    counts: Mapping[str, int] = field(default_factory=dict)
    stopped: tuple[StoppedMessage, ...] = ()
    problems: tuple[Problem, ...] = ()
    moved_to: Path | None = None


@dataclass(frozen=True)
class InboxReport:
    """What became of each file, in the order they were read."""

    files: tuple[FileOutcome, ...]

    @property
    def stopped(self) -> tuple[StoppedMessage, ...]:
        """All messages that will not leave because of these files."""
        return tuple(message for each in self.files for message in each.stopped)

    @property
    def has_problems(self) -> bool:
        """Whether a person has to look at something."""
        return any(each.problems for each in self.files)


def read_inbox(
    folder: Path,
    connection: sqlite3.Connection,
    lookup: AccountLines,
    business_date: dt.date,
    locale: Locale,
    author: str,
    now: dt.datetime,
) -> InboxReport:
    """Read every file of the inbox once, by name, and move it to `done/` or `refused/`.

    A file in `refused/` has a `.errors.csv` beside it that names each bad row; its good rows count
    all the same. Whether a file is still being written is for the caller to see: only names of
    unfinished files are passed over.

    Args:
        folder: The inbox; created when missing.
        connection: The open desk.
        lookup: The open invoices of every known customer, oldest first; an empty sequence where
            nothing is open.
        business_date: The day the files are read on.
        locale: The declared language: of amounts in text, of errors and of `.errors.csv`.
        author: Who dropped them, or looks.
        now: The moment, aware.

    Raises:
        OSError: The inbox itself cannot be listed or written.
        sqlite3.Error: The desk cannot be written; the file at hand stays and changed nothing.
        NotADirectoryError: `done` or `refused` is a link or a file.
    """
    for name in ("", DONE, REFUSED):
        (folder / name).mkdir(parents=True, exist_ok=True)
        if name and (folder / name).is_symlink():
            raise NotADirectoryError(f"{folder / name} is a link. Put a folder in its place.")
    inbox = _Inbox(folder, connection, lookup, business_date, locale, author, now)
    names = sorted(entry.name for entry in folder.iterdir())
    return InboxReport(tuple(inbox.take(name) for name in names if is_to_be_read(name)))


@dataclass(frozen=True)
class _Inbox:
    folder: Path
    connection: sqlite3.Connection
    lookup: AccountLines
    business_date: dt.date
    locale: Locale
    author: str
    now: dt.datetime

    def take(self, name: str) -> FileOutcome:
        """Read one file, and move it."""
        path, shown = self.folder / name, shown_name(name)
        drop: Drop | None = None
        try:
            drop = open_drop(path, shown)
            outcome = self._read(drop)
        except RefusedFileError as refusal:
            if path.is_dir() and not path.is_symlink():
                return FileOutcome(shown, "left", problems=(self.problem(refusal),))
            return self._refuse(path, shown, refusal, drop)
        except OSError as error:
            return self._leave(shown, error)
        has_problems = outcome.problems or (outcome.status == "known" and self._had_problems(drop))
        place = self.folder / (REFUSED if has_problems else DONE)
        return self._moved(outcome, drop, place_of(path, place, drop))

    def problem(self, refusal: RefusedFileError) -> Problem:
        """Why a whole file is refused, in words."""
        words = headings(self.locale)
        team = ", ".join(words[key] for key in TEAM_KEYS)
        values = {"key": words[KEY], "team": team, **refusal.values}
        return Problem(0, "", "", "", *problem_words(refusal.code, self.locale, **values))

    def _read(self, drop: Drop) -> FileOutcome:
        """Enter a file, in one transaction with the note that it was read."""
        if self._import_of(drop) is not None:
            return FileOutcome(drop.name, "known")
        signature = Signature(self.author, f"inbox:{drop.name}", self.business_date, self.now)
        if drop.suffix in MAIL_SUFFIXES:
            mail = read_mail(drop.content)
            with transaction(self.connection):
                if self._import_of(drop) is not None:
                    return FileOutcome(drop.name, "known")
                done = enter_mail(self.connection, mail, signature, self.locale)
                return self._committed(drop, "mail", (1, 1), done, done.problems)
        if drop.suffix not in LIST_SUFFIXES:
            raise RefusedFileError("unknown_kind")
        read = read_annotated(
            drop.content, drop.suffix, self.lookup, self.business_date, self.locale
        )
        with transaction(self.connection):
            # Another process may have read it since.
            if self._import_of(drop) is not None:
                return FileOutcome(drop.name, "known")
            done = enter_annotations(self.connection, read.taken, signature)
            rows = (read.row_count, len(read.taken) - len(done.problems))
            problems = sorted([*read.problems, *done.problems], key=lambda each: each.line)
            return self._committed(drop, "list", rows, done, problems)

    def _committed(
        self,
        drop: Drop,
        kind: str,
        rows: tuple[int, int],
        done: EnteredFile,
        problems: Sequence[Problem],
    ) -> FileOutcome:
        """Write what is wrong beside the file, then note that it was read."""
        rows_in, accepted = rows
        status: Status = "taken"
        if problems:
            status = "partly" if accepted else "refused"
            target = place_of(drop.path, self.folder / REFUSED, drop)
            write_errors(target, problems, self.locale)
        # A file of which nothing counts may come again: the cause may lie elsewhere.
        if accepted or not problems:
            rejected = max(rows_in - accepted, 1 if problems else 0)
            known = (drop.sha256, drop.name, kind, *rows, rejected, utc_text(self.now))
            self.connection.execute("insert into imports values (?, ?, ?, ?, ?, ?, ?)", known)
        counts = {entry: count for entry, count in sorted(done.counts.items()) if count}
        return FileOutcome(
            drop.name, status, rows_in, accepted, counts, tuple(done.stopped), tuple(problems)
        )

    def _refuse(
        self, path: Path, shown: str, refusal: RefusedFileError, drop: Drop | None
    ) -> FileOutcome:
        problem = self.problem(refusal)
        target = place_of(path, self.folder / REFUSED, drop)
        outcome = FileOutcome(shown, "refused", problems=(problem,))
        try:
            write_errors(target, [problem], self.locale)
            if drop is None:
                path.rename(target)
        except OSError as error:
            return self._leave(shown, error)
        if drop is None:
            return _with_place(outcome, target)
        return self._moved(outcome, drop, target)

    def _leave(self, shown: str, error: OSError) -> FileOutcome:
        refusal = RefusedFileError("unreadable", cause=error.strerror or type(error).__name__)
        return FileOutcome(shown, "left", problems=(self.problem(refusal),))

    def _moved(self, outcome: FileOutcome, drop: Drop, target: Path) -> FileOutcome:
        """Move a file that was read, unless somebody has put another in its place since."""
        try:
            if identity(drop.path.lstat()) == drop.identity:
                drop.path.rename(target)
                return _with_place(outcome, target)
        except OSError as error:
            left = self._leave(drop.name, error).problems
            return FileOutcome(**{**vars(outcome), "problems": (*outcome.problems, *left)})
        return outcome

    def _import_of(self, drop: Drop) -> sqlite3.Row | None:
        row: sqlite3.Row | None = self.connection.execute(
            "select * from imports where file_sha256 = ?", (drop.sha256,)
        ).fetchone()
        return row

    def _had_problems(self, drop: Drop) -> bool:
        row = self._import_of(drop)
        return bool(row and row["rows_rejected"])


def _with_place(outcome: FileOutcome, place: Path) -> FileOutcome:
    return FileOutcome(**{**vars(outcome), "moved_to": place})
