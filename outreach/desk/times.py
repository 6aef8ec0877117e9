"""Moments as the desk's file holds them.

Belongs here: one written form, so that text compares as time does. Does not belong here: a clock.
"""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

# Where nobody says in which zone the company's days begin.
UTC_ZONE = ZoneInfo("UTC")


def utc_text(moment: dt.datetime) -> str:
    """Return a moment as UTC ISO text to the second, for example `2026-03-12T08:00:00+00:00`.

    Raises:
        ValueError: it names no time zone, so that it could be any hour.
    """
    if moment.tzinfo is None:
        raise ValueError("a moment needs a time zone; use an aware datetime")
    return moment.astimezone(dt.UTC).isoformat(timespec="seconds")


def local_date(moment: dt.datetime, zone: ZoneInfo) -> dt.date:
    """Return the day it is in a zone at a moment; one without a zone is UTC's."""
    aware = moment if moment.tzinfo else moment.replace(tzinfo=dt.UTC)
    return aware.astimezone(zone).date()


def moment_of(text: str) -> dt.datetime:
    """Return the moment of a text; one without a zone is UTC."""
    moment = dt.datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=dt.UTC)
