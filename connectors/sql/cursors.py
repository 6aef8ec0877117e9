"""How far a table was read: its cursor, kept as text in the manifest.

Belongs here: from which value a load starts, where the next one will, when everything is read again.
Does not belong here: the query with it (`extraction`).

The cursor is written in one transaction with the rows it stands for. A load that was killed before
that left none, and the rows are read again.
"""

from __future__ import annotations

import datetime as dt
import math
import re
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import duckdb

from connectors.manifest import MANIFEST, last_manifest_row
from connectors.sql.declaration import SqlEntity
from connectors.sql.extraction import CURSOR, CursorValue, kind_of
from connectors.validation import quoted

# No clock of a server is further ahead than the zone at UTC+14 and its error.
_AHEAD = dt.timedelta(days=1)


@dataclass(frozen=True)
class Window:
    """What a load reads of one entity.

    Attributes:
        start: Cursor from which it reads, that value included; None for everything.
        reached: Cursor of the last load, as text; None where there is none.
    """

    start: CursorValue | None
    reached: str | None


def window_of(
    connection: duckdb.DuckDBPyConnection,
    source: str,
    entity: str,
    mapped: SqlEntity,
    declaration: str,
    cursor_kind: str | None,
    loaded_at: dt.datetime,
) -> Window:
    """The window of the load at `loaded_at`.

    Everything is read where there is no cursor yet, where the declaration or the cursor's type
    changed since the last load and where the last full read is `sweep_days` ago.

    Args:
        connection: The warehouse.
        source: Name of the source.
        entity: Name of the entity.
        mapped: Its settings.
        declaration: SHA-256 of what decides how its rows are read.
        cursor_kind: What its cursor holds now; None where it has none.
        loaded_at: UTC time of the load.
    """
    last = last_manifest_row(connection, source, entity)
    if last is None or last.window_to is None or last.content_hash != declaration:
        return Window(None, None)
    cursor = parse_cursor(last.window_to)
    if cursor_kind is None:
        return Window(None, last.window_to)
    if kind_of(cursor) != cursor_kind:
        return Window(None, None)
    if mapped.sweep_days:
        [(swept_at,)] = connection.execute(
            f"select max(loaded_at) from raw_{source}.{MANIFEST}"
            " where entity = ? and window_from is null and content_hash = ?",
            [entity, declaration],
        ).fetchall()
        # By days, not hours: a daily run is never at the same minute.
        if swept_at is None or (loaded_at.date() - swept_at.date()).days >= mapped.sweep_days:
            return Window(None, last.window_to)
    return Window(before(cursor, mapped.overlap), last.window_to)


def parse_cursor(text: str) -> CursorValue:
    """A cursor as the manifest holds it; its form tells its kind."""
    if re.fullmatch(r"-?\d+", text):
        return int(text)
    if re.fullmatch(r"-?\d+\.\d+", text):
        return Decimal(text)
    if re.fullmatch(r"\d{4}-\d{2}-\d{2}", text):
        return dt.date.fromisoformat(text)
    return dt.datetime.fromisoformat(text)


def before(cursor: CursorValue, overlap: Decimal) -> CursorValue | None:
    """The value an overlap before a cursor: days for a date or a time, units for a number.

    Returns:
        The value; None where it lies before the calendar's first day.
    """
    if isinstance(cursor, dt.date):
        # A date has no parts: half a day before it is a day before it.
        days = overlap if isinstance(cursor, dt.datetime) else Decimal(math.ceil(overlap))
        try:
            return cursor - dt.timedelta(seconds=int(days * 86_400))
        except OverflowError:
            return None
    return cursor - (math.ceil(overlap) if isinstance(cursor, int) else overlap)


def reached(
    connection: duckdb.DuckDBPyConnection,
    files: list[Path],
    window: Window,
    loaded_at: dt.datetime,
) -> str | None:
    """The cursor after a load, as text for the manifest; never before the last one.

    A cursor in the future (a mistyped year, `infinity`) is read with the others and not reached:
    behind it every later change would be lost.

    Args:
        connection: The warehouse; its time zone is UTC.
        files: Parquet files of the load with a column `_cursor`; none for no row.
        window: The window that was read.
        loaded_at: UTC time of the load.
    """
    if not files:
        return window.reached
    rows = f"read_parquet([{', '.join(quoted(str(path)) for path in files)}])"
    [(is_time,)] = connection.execute(
        f"select coalesce(bool_or(typeof({CURSOR}) in ('DATE', 'TIMESTAMP', 'TIMESTAMP WITH TIME ZONE')), false)"
        f" from (select {CURSOR} from {rows} limit 1)"
    ).fetchall()
    credible = (
        f" where {CURSOR} between '1970-01-01' and {quoted((loaded_at + _AHEAD).isoformat())}"
    )
    [(found,)] = connection.execute(
        f"select cast(max({CURSOR}) as varchar) from {rows}{credible if is_time else ''}"
    ).fetchall()
    if found is None or window.reached is None:
        return found or window.reached
    before_it, now = parse_cursor(window.reached), parse_cursor(found)
    # Both are of one kind: another kind begins a window without a past.
    return found if now > before_it else window.reached  # type: ignore[operator]
