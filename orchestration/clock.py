"""The real time, for what is about the present whatever date a run is for: sending, and looking whether to.

Belongs here: the one reading of the clock below the command line. Does not belong here: a business
date, which is always a parameter.
"""

from __future__ import annotations

from datetime import UTC, datetime


def utc_now() -> datetime:
    """The present moment, aware. A run may have waited for hours since it was created."""
    return datetime.now(UTC)
