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
class Freshness:
    """How old the newest record of one entity of one source is (`fct_source_freshness`)."""

    source_name: str
    entity: str
    record_count: int
    later_record_count: int
    newest_record_date: dt.date | None
    age_days: int | None
    must_be_fresh: bool
    max_stale_days: int
    is_stale: bool


@dataclass(frozen=True)
class ControlTotal:
    """Two ways to one amount (`fct_reconciliation`); amounts are in `currency`.

    `difference_amount` is None where the two were not compared, for `not_compared_reason`.
    """

    control: str
    source_name: str
    entity: str
    currency: str
    expected_amount: Decimal | None
    found_amount: Decimal | None
    difference_amount: Decimal | None
    is_compared: bool
    not_compared_reason: str | None
    arrived_amount: Decimal | None
    replaced_amount: Decimal | None
    suspense_amount: Decimal | None
    ledger_amount: Decimal | None
    quarantined_count: int | None
    quarantined_unread_count: int | None
    quarantined_amount: Decimal | None


@dataclass(frozen=True)
class CloseItem:
    """One thing that a closing of the month looks at; a count of None was not looked at."""

    item: str
    is_blocking: bool
    record_count: int | None
    amount_reporting: Decimal | None

    @property
    def is_found(self) -> bool:
        """Whether there is anything of it."""
        return bool(self.record_count)


@dataclass(frozen=True)
class Check:
    """What one check of the run found (`about.checks`)."""

    asset: str
    check_name: str
    severity: str
    passed: bool
    description: str | None
    detail: str | None

    @property
    def is_failed(self) -> bool:
        """Whether something is wrong, rather than unusual."""
        return not self.passed and self.severity == "error"


@dataclass(frozen=True)
class DriftedFeature:
    """A feature whose values look unlike those a model learnt from (`fct_model_drift`)."""

    model: str
    feature: str
    psi: float
    critical_value: float
    usual_psi: float
    is_severe: bool


@dataclass(frozen=True)
class ModelInUse:
    """Which model stands behind the predictions of the day, and how many they are."""

    model: str
    model_version: str
    prediction_count: int


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
        freshness: the same, how old each is.
        controls: every control total of the day.
        close_items: what a closing of the month looks at, in order.
        checks: those of the run; None where the publication does not say.
        model_figures: the newest evaluation of each model up to the day, segment `all`.
        models_in_use: which models predicted the day.
        watched_features: features watched for drift, by model.
        drifted: those that drifted, farthest first.
        entities: entities of the import contract that hold a record.
        fallbacks: open invoices that no payment model predicts, by what stands in for it; "nothing"
            where nothing is predicted.
    """

    loads: tuple[SourceLoad, ...]
    freshness: tuple[Freshness, ...]
    controls: tuple[ControlTotal, ...]
    close_items: tuple[CloseItem, ...]
    checks: tuple[Check, ...] | None
    model_figures: tuple[ModelFigure, ...]
    models_in_use: tuple[ModelInUse, ...]
    watched_features: dict[str, int]
    drifted: tuple[DriftedFeature, ...]
    entities: frozenset[str]
    fallbacks: dict[str, int] = field(default_factory=dict)

    def figure(self, model: str, metric: str) -> ModelFigure | None:
        """Return one figure of a model over all its cases, None where it was not measured."""
        figures = (one for one in self.model_figures if (one.model, one.metric) == (model, metric))
        return next(figures, None)

    @property
    def compared(self) -> tuple[ControlTotal, ...]:
        """The control totals of which both sides are known."""
        return tuple(total for total in self.controls if total.is_compared)

    @property
    def untied(self) -> tuple[ControlTotal, ...]:
        """The control totals that do not tie, by a cent or more."""
        return tuple(total for total in self.compared if total.difference_amount)

    @property
    def is_arrival_compared(self) -> bool:
        """Whether nothing arrived as a vendor's objects, which cannot be compared on arrival."""
        return not any(total.not_compared_reason == "vendor_objects" for total in self.controls)

    @property
    def blockers(self) -> tuple[CloseItem, ...]:
        """What keeps the month from being closed."""
        return tuple(item for item in self.close_items if item.is_blocking and item.is_found)

    def has_rows(self, entity: str) -> bool:
        """Whether any source holds a record of the entity."""
        return entity in self.entities
