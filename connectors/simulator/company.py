"""The simulated company as one value, and the one function that makes it.

Belongs here: the public result and the order of its making. Does not belong here: files
(writing.py).
"""

from __future__ import annotations

from dataclasses import dataclass

import pyarrow as pa

from connectors.simulator import assembly, corrections, story
from connectors.simulator.spec import SimulationSpec


@dataclass(frozen=True)
class SimulatedCompany:
    """A company on its as-of day.

    Attributes:
        spec: what was asked for.
        entities: one table per entity of the import contract, dates as date32, amounts as
            decimal(18,2), `recorded_at` in UTC.
        truth: what only tests and benchmarks may see.
        bad_rows: text rows that no reader should accept, by entity; empty unless `spec.dirty`.
    """

    spec: SimulationSpec
    entities: dict[str, pa.Table]
    truth: dict[str, pa.Table]
    bad_rows: dict[str, pa.Table]


def simulate(spec: SimulationSpec) -> SimulatedCompany:
    """Simulates a company; equal specifications give equal tables.

    Args:
        spec: size, span, seed and as-of day.

    Returns:
        The entities as known at the end of `spec.end_date`, and their truth.
    """
    base = story.draw_base(spec)
    drawn = story.draw_story(spec, base)
    decisions, ends = story.draw_ends(spec, base, drawn)
    kept, number, set_offs = story.cut_story(spec, base, drawn, ends)
    entities, reminder_truth = assembly.entity_tables(spec, base, kept, ends, number, set_offs)
    truth = assembly.truth_tables(base, kept, decisions, ends, number, reminder_truth)
    bad_rows = corrections.bad_rows(spec, entities)
    entities = corrections.correct(spec, base.timeline, entities)
    return SimulatedCompany(spec, entities, truth, bad_rows)
