"""The same company on an earlier day: what its files held then.

Belongs here: which columns of an entity close a row later. Does not belong here:
drawing anything.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import pyarrow as pa
import pyarrow.compute as pc

from connectors.contract import ENTITIES

CLOSED_BY = {
    "customers": ("insolvency_date", ()),
    "invoices": ("void_date", ()),
    "disputes": ("resolved_date", ("outcome",)),
    "promises": ("cancelled_date", ()),
    "subscription_versions": ("valid_to", ()),
    "opportunities": ("closed_date", ("is_won", "stage")),
    "tickets": ("closed_at", ("satisfaction",)),
}
"""The column that closes a row later, and the columns that are only known from then on."""


def known_on(entities: dict[str, pa.Table], day: date) -> dict[str, pa.Table]:
    """The entities as their files stood at the end of an earlier day.

    Rows effective or recorded later are absent, so a record corrected later shows its wrong first
    version; what closed later is open, with nulls (of a deal, also the stage).

    Args:
        entities: entities of a simulated company.
        day: the day, not after the company's as-of day; its end is UTC midnight.
    """
    return {name: _rewind(name, rows, day) for name, rows in entities.items()}


def _rewind(entity: str, rows: pa.Table, day: date) -> pa.Table:
    is_there = _is_by(rows["recorded_at"], day)
    effective = ENTITIES[entity].effective_date
    if effective is not None:
        is_there = pc.and_(is_there, _is_by(rows[effective], day))
    rows = rows.filter(is_there)
    if entity == "subscription_versions":
        # The canceled version itself is never closed; its reason is known from its first day.
        has_ended = pc.fill_null(_is_by(rows["valid_to"], day), False)
        is_canceled = pc.equal(rows["status"], "canceled")
        rows = _blank(rows, "end_reason", pc.or_(has_ended, is_canceled))
    if entity in CLOSED_BY:
        closing, others = CLOSED_BY[entity]
        is_closed = pc.fill_null(_is_by(rows[closing], day), False)
        # A deal that is open on the as-of day keeps its stage, which is of that day.
        stays = pc.or_(is_closed, pc.is_null(rows[closing]))
        for column in (closing, *others):
            rows = _blank(rows, column, stays)
    return rows


def _is_by(values: pa.ChunkedArray, day: date) -> pa.ChunkedArray:
    """Whether each date or moment lies before the end of the day."""
    if pa.types.is_timestamp(values.type):
        midnight = datetime.combine(day, time(), UTC) + timedelta(days=1)
        return pc.less(values, pa.scalar(midnight, values.type))
    return pc.less_equal(values, pa.scalar(day, values.type))


def _blank(rows: pa.Table, column: str, keep: pa.ChunkedArray) -> pa.Table:
    position = rows.column_names.index(column)
    kept = pc.if_else(keep, rows[column], pa.scalar(None, rows[column].type))
    return rows.set_column(position, column, kept)
