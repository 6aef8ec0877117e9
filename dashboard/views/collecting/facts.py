"""How the company collects, as the publication states it, before any word is put to it.

Belongs here: the shape of what is read; amounts are exact, in the reporting currency unless named
otherwise. Does not belong here: SQL (`reading.py`), wording, rounding.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True)
class Performance:
    """The three pillars on one date (`fct_collections_performance`).

    What rests on recorded contacts is None before the first recorded activity.
    """

    as_of_date: dt.date
    collector_minutes_3m: int | None
    collector_hours_per_week: float | None
    collector_cost_3m_reporting: Decimal | None
    collector_cost_yearly_reporting: Decimal | None
    hourly_cost_reporting: Decimal
    cash_received_3m_reporting: Decimal
    cost_to_collect: float | None
    awareness_problem_count: int | None
    awareness_noticed_count: int | None
    awareness_unnoticed_count: int | None
    awareness_delay_mean_days: float | None
    awareness_delay_median_days: float | None
    awareness_delay_mean_days_incl_unnoticed: float | None
    response_days: int
    first_reminder_count: int | None
    first_reminder_response_count: int | None
    first_reminder_response: float | None
    cash_settled_invoice_count: int
    reminded_settled_invoice_count: int | None
    reminders_to_payment: float | None
    reminders_to_payment_all: float | None
    leakage_count: int | None
    leakage_amount_reporting: Decimal | None
    past_due_amount_reporting: Decimal
    leakage_pct: float | None


@dataclass(frozen=True)
class StepEffect:
    """What followed one step on one channel in twelve months (`fct_step_effectiveness`)."""

    step: str
    channel: str
    sent_count: int
    response_count: int
    response_rate: float | None
    cash_in_response_days_reporting: Decimal


@dataclass(frozen=True)
class HoldGroup:
    """The holds of the day for one reason (`fct_holds`).

    Attributes:
        hold_reason: why nobody is written to.
        is_overridden: a person decided to write all the same; these defer nothing.
        account_count: customers with such a hold; one with two reasons counts at both.
        invoice_count: invoices that such holds name; None where they hold the whole customer.
        attributed_amount_reporting: money not asked for today, each cent at one hold only.
        oldest_start_date: since when the oldest of them holds.
        first_review_date: when the first of them is to be looked at again.
    """

    hold_reason: str
    is_overridden: bool
    account_count: int
    invoice_count: int | None
    attributed_amount_reporting: Decimal
    oldest_start_date: dt.date
    first_review_date: dt.date


@dataclass(frozen=True)
class PromiseRates:
    """The share of promises kept on one date, deadlines of twelve months (`fct_promise_rates`)."""

    as_of_date: dt.date
    live_promise_count_tolerant: int
    judged_promise_count_strict_12m: int
    judged_promise_count_tolerant_12m: int
    promise_kept_rate_strict_12m: float | None
    promise_kept_rate_strict_value_12m: float | None
    promise_kept_rate_tolerant_12m: float | None
    promise_kept_rate_tolerant_value_12m: float | None


@dataclass(frozen=True)
class BrokenPromise:
    """An open invoice whose last promise ran out unpaid (`fct_broken_promises`)."""

    customer_name: str
    invoice_number: str
    promised_date: dt.date
    currency: str
    promised_amount: Decimal
    missing_amount: Decimal
    missing_amount_reporting: Decimal | None
    is_new: bool


@dataclass(frozen=True)
class LeakingInvoice:
    """An invoice past due that nobody has chased (`fct_invoice_awareness`)."""

    customer_name: str
    invoice_number: str
    due_date: dt.date
    days_past_due: int
    leakage_amount_reporting: Decimal


@dataclass(frozen=True)
class Disputes:
    """Disputes on one date (`fct_disputes`)."""

    as_of_date: dt.date
    issued_invoice_count_12m: int
    disputed_invoice_count_12m: int
    dispute_rate_count: float | None
    disputed_amount_reporting: Decimal
    dispute_rate_value: float | None
    resolved_dispute_count_12m: int
    dispute_cycle_time_days: float | None
    open_dispute_count: int
    dispute_open_age_days: float | None


@dataclass(frozen=True)
class Worklist:
    """What the day asks for, and of whom it asks nothing (`fct_collections_days`)."""

    email_count: int
    call_count: int
    letter_count: int
    task_count: int
    asked_amount_reporting: Decimal
    hold_account_count: int
    wait_account_count: int
    holdout_account_count: int
    deferred_amount_reporting: Decimal
    broken_promise_count: int
    new_broken_promise_count: int


@dataclass(frozen=True)
class CollectingFacts:
    """How the company collects.

    Attributes:
        trend: up to 36 month ends and the day itself, oldest first; empty where nothing was built.
        steps: steps and channels of twelve months, in the order of their names.
        holds: holds of the day by reason, most money first, overridden ones last.
        held_account_count: customers with a hold that nobody overrode, each counted once.
        promises: as `trend`.
        broken_promises: the largest of the day, largest first.
        leaking_invoices: the largest of the day, largest first.
        disputes: as `trend`.
        worklist: None where the day has no list.
    """

    trend: tuple[Performance, ...]
    steps: tuple[StepEffect, ...]
    holds: tuple[HoldGroup, ...]
    held_account_count: int
    promises: tuple[PromiseRates, ...]
    broken_promises: tuple[BrokenPromise, ...]
    leaking_invoices: tuple[LeakingInvoice, ...]
    disputes: tuple[Disputes, ...]
    worklist: Worklist | None

    @property
    def today(self) -> Performance | None:
        """The three pillars on the day; None where nothing was built."""
        return self.trend[-1] if self.trend else None
