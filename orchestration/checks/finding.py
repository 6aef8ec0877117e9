"""What a check found on one table.

Belongs here: the record that expectations make and data docs and asset checks show. Does not belong here:
finding anything.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Finding:
    """What the expectations found on one table.

    Attributes:
        source: Name of the source.
        table: Name of the table.
        rows: Rows that were asked.
        expectations: How many were tried.
        broken: The broken ones that stop the day, in words, with how many rows broke them.
        odd: The broken ones that a person should look at.
    """

    source: str
    table: str
    rows: int
    expectations: int
    broken: tuple[str, ...] = ()
    odd: tuple[str, ...] = ()

    @property
    def passed(self) -> bool:
        """Whether what is built on the table may be built."""
        return not self.broken
