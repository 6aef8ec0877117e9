"""What speaks for and against the figures, as the publication states it.

Belongs here: the shape of what is read. Does not belong here: SQL (`reading.py`), wording, rounding.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from decimal import Decimal


@dataclass(frozen=True)
class SourceLoad:
    """What arrived of one entity of one source (`fct_source_loads`)."""

    source_name: str
    entity: str
    rows_in: int
    loaded: int
    exact_duplicates: int
    quarantined: int
    quarantined_share: float | None


@dataclass(frozen=True)
class ModelFigure:
    """One figure of a model on outcomes it had not seen, beside the naive baseline's."""

    as_of_date: dt.date
    model: str
    segment: str
    metric: str
    value: float | None
    baseline_value: float | None
    n: int


@dataclass(frozen=True)
class TrustFacts:
    """What speaks for and against the figures.

    Attributes:
        loads: one entry a source and entity.
        model_figures: the newest evaluation of each model up to the day, segment `all`.
        open_totals: the open balance as each mart states it, by the mart's name.
        entities: entities of the import contract that hold a record.
        fallbacks: open invoices that no payment model predicts, by what stands in for it; "nothing"
            where nothing is predicted.
    """

    loads: tuple[SourceLoad, ...]
    model_figures: tuple[ModelFigure, ...]
    open_totals: dict[str, Decimal]
    entities: frozenset[str]
    fallbacks: dict[str, int] = field(default_factory=dict)

    def figure(self, model: str, metric: str) -> ModelFigure | None:
        """Return one figure of a model over all its cases, None where it was not measured."""
        figures = (one for one in self.model_figures if (one.model, one.metric) == (model, metric))
        return next(figures, None)

    @property
    def is_reconciled(self) -> bool:
        """Whether every mart states the same open balance, to the cent."""
        return len(set(self.open_totals.values())) == 1

    def has_rows(self, entity: str) -> bool:
        """Whether any source holds a record of the entity."""
        return entity in self.entities
