"""What everyday systems do to records: corrections, exact duplicates, rows nobody can read.

Belongs here: changes to finished entities that keep the latest version true. Does not belong here:
late recording, which each entity draws for itself.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from connectors.simulator import columns
from connectors.simulator.spec import SimulationSpec, Timeline

Change = Callable[[np.random.Generator, pa.Table], pa.Table]

BAD_ROWS_FROM = 400
"""An entity gets a bad row only from this many rows on, so that it stays far below one percent."""


def correct(
    spec: SimulationSpec, timeline: Timeline, entities: dict[str, pa.Table]
) -> dict[str, pa.Table]:
    """Adds, for a few records, an earlier wrong version, and a very few exact duplicates.

    The true version comes last in the file with the later `recorded_at`; the wrong one keeps the
    moment of first recording. Only records whose correction is known by the end are touched.
    """
    random = spec.stream("corrections")
    plans: tuple[tuple[str, float, Change], ...] = (
        ("payments", 0.004, _wrong_payment),
        ("customers", 0.015, _former_owner),
        ("invoices", 0.002, _missing_purchase_order),
        ("disputes", 0.010, _wrong_reason),
    )
    changed = dict(entities)
    for entity, share, change in plans:
        changed[entity] = _with_corrections(random, timeline, changed[entity], share, change)
    for entity in ("payments", "activities", "tickets"):
        rows = changed[entity]
        count = min(2, rows.num_rows // 500)
        twice = np.sort(random.choice(rows.num_rows, count, replace=False))
        changed[entity] = pa.concat_tables([rows, rows.take(pa.array(twice))])
    return changed


def _with_corrections(
    random: np.random.Generator, timeline: Timeline, rows: pa.Table, share: float, change: Change
) -> pa.Table:
    chosen = np.flatnonzero(random.random(rows.num_rows) < share)
    first = rows["recorded_at"].cast(pa.int64()).to_numpy()[chosen]
    later = first + random.integers(1, 25, len(chosen)) * 86_400 + random.integers(60, 7200)
    is_known = later < timeline.end_second
    chosen, later = chosen[is_known], later[is_known]
    if len(chosen) == 0:
        return rows
    right = rows.take(pa.array(chosen))
    at = rows.column_names.index("recorded_at")
    right = right.set_column(at, "recorded_at", columns.timestamps(later))
    wrong = change(random, rows.take(pa.array(chosen)))
    # The wrong versions take the place of the true ones; those follow at the end of the file.
    everything = pa.concat_tables([rows, wrong])
    position = np.arange(rows.num_rows)
    position[chosen] = rows.num_rows + np.arange(len(chosen))
    return pa.concat_tables([everything.take(pa.array(position)), right]).combine_chunks()


def _replace(rows: pa.Table, column: str, values: pa.Array) -> pa.Table:
    at = rows.column_names.index(column)
    return rows.set_column(at, rows.schema.field(at), values.cast(rows.schema.field(at).type))


def _wrong_payment(random: np.random.Generator, rows: pa.Table) -> pa.Table:
    """Half were booked with swapped digits (off by a multiple of nine), half a day early."""
    is_amount = random.random(rows.num_rows) < 0.5
    off = np.where(is_amount, random.integers(1, 9, rows.num_rows) * 9, 0)
    rows = _replace(rows, "amount", pc.add(rows["amount"].combine_chunks(), columns.money(off)))
    day = rows["payment_date"].combine_chunks().cast(pa.int32())
    moved = pc.subtract(day, pa.array(np.where(is_amount, 0, 1).astype(np.int32)))
    return _replace(rows, "payment_date", moved.cast(pa.date32()))


def _former_owner(random: np.random.Generator, rows: pa.Table) -> pa.Table:
    return _replace(rows, "account_owner", pa.array(["sales.desk"] * rows.num_rows))


def _missing_purchase_order(random: np.random.Generator, rows: pa.Table) -> pa.Table:
    return _replace(rows, "purchase_order", pa.nulls(rows.num_rows, pa.string()))


def _wrong_reason(random: np.random.Generator, rows: pa.Table) -> pa.Table:
    return _replace(rows, "reason", pa.array(["price"] * rows.num_rows))


def bad_rows(spec: SimulationSpec, entities: dict[str, pa.Table]) -> dict[str, pa.Table]:
    """About ten rows, as text, that a careful reader must refuse, each for one reason."""
    if not spec.dirty:
        return {}
    faults: tuple[tuple[str, dict[str, str | None]], ...] = (
        ("invoices", {"invoice_id": "INV-BAD-1", "invoice_date": "2025-02-30"}),
        ("invoices", {"invoice_id": "INV-BAD-2", "currency": "EURO"}),
        ("invoices", {"invoice_id": "INV-BAD-3", "gross_amount": "1.234,56"}),
        ("payments", {"payment_id": "PAY-BAD-1", "payment_date": "31/04/2026"}),
        ("payments", {"payment_id": "PAY-BAD-2", "currency": "XXX"}),
        ("payments", {"payment_id": "PAY-BAD-3", "amount": "n/a"}),
        ("activities", {"activity_id": "ACT-BAD-1", "kind": "telegram"}),
        ("activities", {"activity_id": "ACT-BAD-2", "activity_date": None}),
        ("tickets", {"ticket_id": "TIC-BAD-1", "opened_at": "yesterday"}),
        ("opportunities", {"opportunity_id": "OPP-BAD-1", "opened_date": "0000-00-00"}),
    )
    found: dict[str, list[pa.Table]] = {}
    for entity, fault in faults:
        rows = entities[entity]
        if rows.num_rows < BAD_ROWS_FROM:
            continue
        one = rows.slice(rows.num_rows // 2, 1)
        text = pa.table({name: _as_text(one[name]) for name in one.column_names})
        for name, value in fault.items():
            at = text.column_names.index(name)
            text = text.set_column(at, name, pa.array([value], pa.string()))
        found.setdefault(entity, []).append(text)
    return {entity: pa.concat_tables(tables) for entity, tables in found.items()}


def _as_text(values: pa.ChunkedArray) -> pa.ChunkedArray:
    text = values.cast(pa.string())
    if pa.types.is_timestamp(values.type):
        return pc.utf8_replace_slice(text, 10, 11, "T")
    return text
