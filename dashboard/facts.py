"""The figures of a day as the publication states them, before any word is put to them.

Belongs here: the shape of what is read; names are those of the marts' columns. Does not belong
here: SQL (`reading.py`), wording and rounding.

Amounts are exact `Decimal` in the reporting currency unless named otherwise. None means undefined
or unknown, never zero.
"""

from __future__ import annotations

import calendar
import datetime as dt
from dataclasses import dataclass, field
from decimal import Decimal

from dashboard.landing_facts import Landing, LandingPoint

AGING_BUCKETS = ("not_due", "d1_30", "d31_60", "d61_90", "d90_plus")
MRR_GAINS = ("new", "reactivation", "expansion")
MRR_LOSSES = ("contraction", "churn_voluntary", "churn_involuntary")


class PublicationError(Exception):
    """The publication cannot be read, or does not hold the day.

    Args:
        what: What happened and where.
        remedy: What the reader does next.
    """

    def __init__(self, what: str, remedy: str) -> None:
        super().__init__(f"{what} {remedy}")
        self.what = what
        self.remedy = remedy


@dataclass(frozen=True)
class SpeedPoint:
    """How fast the company is paid on one date (`fct_dso` beside `fct_days_to_pay`).

    All figures are days but `paid_on_time_value_rate` (0 to 1). The three months are those up to
    the date; for a date inside a month the month counts to date (DEFINITIONS K7).
    """

    as_of_date: dt.date
    dso_simple_1m: float | None
    dso_rolling_3m: float | None
    dso_countback: float | None
    is_countback_truncated: bool
    bpdso_3m: float | None
    add_3m: float | None
    weighted_avg_days_to_pay: float | None
    weighted_avg_days_late: float | None
    weighted_avg_terms_days: float | None
    paid_on_time_value_rate: float | None


@dataclass(frozen=True)
class AgedBalance:
    """The aged balance of one date over all customers and currencies (`fct_aged_balance`)."""

    as_of_date: dt.date
    not_due_amount_reporting: Decimal
    d1_30_amount_reporting: Decimal
    d31_60_amount_reporting: Decimal
    d61_90_amount_reporting: Decimal
    d90_plus_amount_reporting: Decimal
    open_invoices_amount_reporting: Decimal
    past_due_amount_reporting: Decimal
    unapplied_cash_amount_reporting: Decimal
    unapplied_credit_notes_amount_reporting: Decimal
    prepayments_amount_reporting: Decimal
    ar_net_amount_reporting: Decimal

    def bucket(self, aging_bucket: str) -> Decimal:
        """Return the amount of one of AGING_BUCKETS."""
        amount: Decimal = getattr(self, f"{aging_bucket}_amount_reporting")
        return amount


@dataclass(frozen=True)
class CurrencyBalance:
    """What is owed in one currency, in that currency and in the reporting currency."""

    currency: str
    open_invoices_amount: Decimal
    past_due_amount: Decimal
    open_invoices_amount_reporting: Decimal


@dataclass(frozen=True)
class Exposure:
    """One of the customers who owe most, with what the day decided about it.

    The predicted dates are those of its oldest past-due, else largest open invoice; the decision is
    None for a customer who is not on the at-risk list. With a prediction, a date of None lies beyond
    the horizon of the model.
    """

    customer_id: str
    customer_name: str
    open_amount_reporting: Decimal
    past_due_amount_reporting: Decimal
    oldest_days_past_due: int | None
    has_prediction: bool
    predicted_payment_date: dt.date | None
    predicted_p10_date: dt.date | None
    predicted_p90_date: dt.date | None
    decision: str | None
    hold_reason: str | None


@dataclass(frozen=True)
class Receivables:
    """Who owes what: today, at the previous month end where there is one, and the largest."""

    today: AgedBalance
    previous: AgedBalance | None
    open_invoice_count: int
    owing_customer_count: int
    by_currency: tuple[CurrencyBalance, ...]
    top_exposures: tuple[Exposure, ...]


@dataclass(frozen=True)
class MrrMovement:
    """Monthly recurring revenue and what moved it since the month end before (losses negative)."""

    as_of_date: dt.date
    opening_mrr_reporting: Decimal
    new_mrr_reporting: Decimal
    reactivation_mrr_reporting: Decimal
    expansion_mrr_reporting: Decimal
    contraction_mrr_reporting: Decimal
    churn_voluntary_mrr_reporting: Decimal
    churn_involuntary_mrr_reporting: Decimal
    fx_mrr_reporting: Decimal
    closing_mrr_reporting: Decimal
    arr_reporting: Decimal
    closing_customer_count: int
    churned_customer_count: int
    logo_churn: float | None

    def movement(self, name: str) -> Decimal:
        """Return the amount of one of MRR_GAINS, MRR_LOSSES or `fx`."""
        amount: Decimal = getattr(self, f"{name}_mrr_reporting")
        return amount


@dataclass(frozen=True)
class LeavingCustomer:
    """A customer with recurring revenue and a churn probability of the day."""

    customer_id: str
    customer_name: str
    mrr_reporting: Decimal
    past_due_amount_reporting: Decimal
    oldest_days_past_due: int | None
    p_churn: float


@dataclass(frozen=True)
class Retention:
    """Recurring revenue and who may leave.

    Attributes:
        trend: up to twelve month ends and the day itself, oldest first; the last is the day.
        mrr_at_risk_reporting: MRR of customers with an item at least 31 days past due.
        mrr_at_risk_customer_count: how many they are.
        churn_methods: methods behind the churn predictions of the day; empty without any.
        predicted_customer_count: customers with MRR and a churn prediction.
        expected_mrr_loss_reporting: sum of MRR x churn probability; None without predictions.
        likely_to_leave: the ten largest by MRR x probability, largest first. Empty where only a
            base rate was predicted: it ranks nobody.
    """

    trend: tuple[MrrMovement, ...]
    mrr_at_risk_reporting: Decimal
    mrr_at_risk_customer_count: int
    churn_methods: tuple[str, ...]
    predicted_customer_count: int
    expected_mrr_loss_reporting: Decimal | None
    likely_to_leave: tuple[LeavingCustomer, ...]

    @property
    def today(self) -> MrrMovement:
        """The movements from the previous month end to the day."""
        return self.trend[-1]


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
class Trust:
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


@dataclass(frozen=True)
class SummaryFacts:
    """Everything the CFO summary of a day says, as figures.

    Attributes:
        as_of_date: the business date.
        reporting_currency: ISO 4217 code.
        landing: what lands by when, and how past months did.
        speed: up to 36 month ends and the day itself, oldest first; the last is the day.
        receivables: who owes what.
        retention: None when no source brought subscriptions.
        trust: loads, model figures, reconciliation.
    """

    as_of_date: dt.date
    reporting_currency: str
    landing: Landing
    speed: tuple[SpeedPoint, ...]
    receivables: Receivables
    retention: Retention | None
    trust: Trust

    @property
    def speed_today(self) -> SpeedPoint:
        """How fast the company is paid on the day."""
        return self.speed[-1]

    @property
    def speed_previous(self) -> SpeedPoint | None:
        """The same at the month end before the day's month; None where history starts later."""
        return self._speed_on(self.as_of_date.replace(day=1) - dt.timedelta(days=1))

    @property
    def speed_year_ago(self) -> SpeedPoint | None:
        """The same at the end of the month twelve months before; None where history starts later.

        The window of that month is whole, so a day inside a month is compared with a month end.
        """
        year, month = self.as_of_date.year - 1, self.as_of_date.month
        return self._speed_on(dt.date(year, month, calendar.monthrange(year, month)[1]))

    @property
    def landing_month_end(self) -> LandingPoint | None:
        """The landing at the end of the month; None on its last day, when nothing is left of it."""
        point = self.landing_at("month_end")
        return point if point is not None and point.horizon_date > self.as_of_date else None

    def landing_at(self, horizon: str) -> LandingPoint | None:
        """Return the total at '7d', '14d', '30d', '60d', a month end or 'week_1' to 'week_13'."""
        return self.landing.at(horizon)

    def _speed_on(self, date: dt.date) -> SpeedPoint | None:
        return next((point for point in self.speed if point.as_of_date == date), None)
