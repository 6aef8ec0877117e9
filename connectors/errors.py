"""The error a source raises: what happened, where, and what to do next, in one line."""

from __future__ import annotations


class SourceError(Exception):
    """A source cannot be read as a whole; nothing of it was loaded.

    Args:
        what: What happened and where (file, column).
        remedy: What the reader does next.
    """

    def __init__(self, what: str, remedy: str) -> None:
        super().__init__(f"{what} {remedy}")
        self.what = what
        self.remedy = remedy
