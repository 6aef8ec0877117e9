"""Small simulated ledgers with a known payment law, as feature tables.

Belongs here: frames shaped like dbt_project/models/features. Does not belong here: assertions.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import pandas as pd

from models_ml.features import (
    CUSTOMER_CATEGORICAL,
    CUSTOMER_NUMERIC,
    INVOICE_CATEGORICAL,
    INVOICE_KEYS,
    INVOICE_NUMERIC,
)

AS_OF = date(2026, 6, 30)
EPOCH = date(2000, 1, 1)


@dataclass(frozen=True)
class Ledger:
    """Feature tables, and the truth that only tests may read."""

    landmarks: pd.DataFrame
    outcomes: pd.DataFrame
    scoring: pd.DataFrame
    true_days: pd.DataFrame
    """invoice_id -> paid_date, whatever the cutoff."""


def simulate_ledger(
    customers: int = 120,
    months: int = 24,
    seed: int = 7,
    as_of: date = AS_OF,
    credited_rate: float = 0.02,
    never_rate: float = 0.0,
) -> Ledger:
    """Customers pay around a habit of their own; some of them on Fridays only."""
    draw = np.random.default_rng(seed)
    habit = draw.choice([-3.0, 0.0, 4.0, 12.0, 30.0], customers, p=[0.2, 0.3, 0.2, 0.2, 0.1])
    spread = draw.uniform(1.0, 5.0, customers)
    on_friday = draw.random(customers) < 0.4
    start = np.datetime64(as_of, "D") - np.timedelta64(months * 30, "D")
    customer = np.repeat(np.arange(customers), months)
    offset = np.tile(np.arange(months) * 30, customers) + draw.integers(0, 28, customers * months)
    invoice_date = start + offset.astype("timedelta64[D]")
    late = np.round(habit[customer] + spread[customer] * draw.standard_normal(len(customer)))
    paid = np.maximum(
        invoice_date + (30 + late).astype(np.int64).astype("timedelta64[D]"), invoice_date
    )
    weekday = (paid.astype(np.int64) + 3) % 7
    wait = np.where(on_friday[customer], (4 - weekday) % 7, 0)
    paid = paid + wait.astype("timedelta64[D]")
    kind = np.where(draw.random(len(paid)) < credited_rate, "credited", "paid")
    never = draw.random(len(paid)) < never_rate
    paid = np.where(never, np.datetime64("2199-01-01"), paid)
    invoices = pd.DataFrame(
        {
            "invoice_id": [f"I{number:06d}" for number in range(len(paid))],
            "customer_id": [f"C{number:04d}" for number in customer],
            "invoice_date": invoice_date,
            "due_date": invoice_date + np.timedelta64(30, "D"),
            "paid_date": paid,
            "kind": kind,
            "gross_amount": np.round(np.exp(draw.normal(6.0, 1.0, len(paid))), 2),
            "segment": np.where(habit[customer] > 3, "slow", "quick"),
        }
    )
    grid = [day for day in _grid(as_of) if day > start + np.timedelta64(60, "D")]
    tables = [_landmark_rows(invoices, day) for day in [*grid, np.datetime64(as_of, "D")]]
    first = max(grid[0], start + np.timedelta64(60, "D"))
    issues = _issue_rows(invoices[(invoice_date >= first) & (invoice_date < np.datetime64(as_of))])
    landmarks = pd.concat([*tables[:-1], issues], ignore_index=True)
    return Ledger(
        landmarks,
        _outcomes(landmarks, invoices, as_of),
        tables[-1],
        invoices[["invoice_id", "paid_date", "kind"]],
    )


def _grid(as_of: date) -> list[np.datetime64]:
    last = (as_of - EPOCH).days // 17
    days = [EPOCH + timedelta(days=17 * step) for step in range(last - 43, last + 1)]
    return [np.datetime64(day, "D") for day in days if day < as_of]


def _landmark_rows(invoices: pd.DataFrame, day: np.datetime64) -> pd.DataFrame:
    known = invoices[invoices["invoice_date"] < day]
    is_open = (known["paid_date"] >= day).to_numpy()
    rows = known[is_open]
    settled = known[~is_open & (known["kind"] == "paid").to_numpy()].sort_values("paid_date")
    late = (settled["paid_date"] - settled["due_date"]).dt.days.astype(float)
    by_customer = late.groupby(settled["customer_id"])
    table = pd.DataFrame(index=rows.index)
    table["landmark_date"] = day
    for column in ("invoice_id", "customer_id", "segment", "gross_amount"):
        table[column] = rows[column]
    table["days_to_due"] = (rows["due_date"] - day).dt.days
    table["age_days"] = (day - rows["invoice_date"]).dt.days
    table["invoice_terms_days"] = 30
    summaries = {
        "customer_paid_count": by_customer.count(),
        "customer_days_late_mean": by_customer.mean(),
        "customer_days_late_median": late.groupby(settled["customer_id"]).median(),
        "customer_days_late_last3": by_customer.apply(lambda days: days.iloc[-3:].mean()),
        "customer_days_late_spread": by_customer.std(),
    }
    for name, values in summaries.items():
        table[name] = rows["customer_id"].map(values)
    by_segment = late.groupby(settled["segment"])
    table["cohort_days_late_mean"] = rows["segment"].map(by_segment.mean())
    table["cohort_days_late_median"] = rows["segment"].map(by_segment.median())
    table["is_grid"] = (pd.Timestamp(day) - pd.Timestamp(EPOCH)).days % 17 == 0
    table["is_month_start"] = pd.Timestamp(day).day == 1
    table["is_issue"] = False
    return _filled(table, INVOICE_NUMERIC, INVOICE_CATEGORICAL).reset_index(drop=True)


def _issue_rows(invoices: pd.DataFrame) -> pd.DataFrame:
    """Each invoice on its day of issue, with what was settled before it."""
    table = invoices.sort_values("invoice_date", ignore_index=True)
    for key, prefix in (("customer_id", "customer"), ("segment", "cohort")):
        table = pd.merge_asof(
            table,
            _running_habits(invoices, key, prefix),
            left_on="invoice_date",
            right_on="known_on",
            by=key,
            allow_exact_matches=False,
        ).drop(columns="known_on")
    table = table.assign(
        landmark_date=table["invoice_date"],
        days_to_due=30,
        age_days=0,
        invoice_terms_days=30,
        is_grid=False,
        is_month_start=False,
        is_issue=True,
        customer_paid_count=table["customer_paid_count"].fillna(0),
    )
    flags = ["is_grid", "is_month_start", "is_issue"]
    filled = _filled(table, INVOICE_NUMERIC, INVOICE_CATEGORICAL)
    return filled[[*INVOICE_KEYS, *INVOICE_NUMERIC, *INVOICE_CATEGORICAL, *flags]]


def _running_habits(invoices: pd.DataFrame, key: str, prefix: str) -> pd.DataFrame:
    settled = invoices[invoices["kind"] == "paid"].sort_values("paid_date", ignore_index=True)
    late = (settled["paid_date"] - settled["due_date"]).dt.days.astype(float)
    by_key = late.groupby(settled[key])
    habits = {
        f"{prefix}_paid_count": by_key.cumcount() + 1,
        f"{prefix}_days_late_mean": by_key.transform(lambda days: days.expanding().mean()),
        f"{prefix}_days_late_median": by_key.transform(lambda days: days.expanding().median()),
        f"{prefix}_days_late_last3": by_key.transform(lambda days: days.rolling(3, 1).mean()),
        f"{prefix}_days_late_spread": by_key.transform(lambda days: days.expanding().std()),
    }
    return pd.DataFrame({key: settled[key], "known_on": settled["paid_date"], **habits})


def _filled(
    table: pd.DataFrame, numeric: tuple[str, ...], categorical: tuple[str, ...]
) -> pd.DataFrame:
    for name in numeric:
        if name not in table:
            table[name] = np.nan
    for name in categorical:
        if name not in table:
            table[name] = None
    return table


def _outcomes(landmarks: pd.DataFrame, invoices: pd.DataFrame, as_of: date) -> pd.DataFrame:
    table = landmarks[["landmark_date", "invoice_id"]].merge(
        invoices[["invoice_id", "paid_date", "kind"]], on="invoice_id"
    )
    cutoff = pd.Timestamp(as_of)
    happened = table["paid_date"] < cutoff
    days = (table["paid_date"] - table["landmark_date"]).dt.days.where(happened)
    return pd.DataFrame(
        {
            "landmark_date": table["landmark_date"],
            "invoice_id": table["invoice_id"],
            "outcome": table["kind"].where(happened, "open"),
            "days_to_settlement": days,
            "days_to_known": days,
            "observed_days": (cutoff - table["landmark_date"]).dt.days - 1,
        }
    )


def simulate_customer_months(
    customers: int = 400, months: int = 24, monthly_rate: float = 0.02, seed: int = 3
) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Return customer months, outcomes and a scoring month; tickets triple the odds to leave.

    One in eight leaves for a failed payment, whatever the tickets; the others are voluntary.
    """
    draw = np.random.default_rng(seed)
    month_ends = pd.date_range(end=AS_OF, periods=months, freq="ME")
    tables, labels = [], []
    for month_end in month_ends:
        tickets = draw.poisson(0.8, customers)
        late = draw.normal(5.0, 8.0, customers)
        logit = np.log(monthly_rate * 3) - 1.0 + 0.9 * tickets + 0.03 * late
        churned = draw.random(customers) < 1.0 / (1.0 + np.exp(-logit))
        table = pd.DataFrame(
            {
                "as_of_date": month_end,
                "customer_id": [f"C{number:04d}" for number in range(customers)],
                "ticket_count_90d": tickets,
                "customer_days_late_last3": late,
                "mrr_amount": draw.uniform(100.0, 900.0, customers),
                "segment": np.where(np.arange(customers) % 2 == 0, "small", "large"),
                "country": np.where(np.arange(customers) % 3 == 0, "FR", "DE"),
                "is_under_notice": False,
            }
        )
        cause = np.where(draw.random(customers) < 1 / 8, "payment_failure", "voluntary")
        tables.append(_filled(table, CUSTOMER_NUMERIC, CUSTOMER_CATEGORICAL))
        matured = month_end + pd.Timedelta(days=150) < pd.Timestamp(AS_OF)
        labels.append(
            table[["as_of_date", "customer_id"]].assign(
                is_churned=pd.array(churned if matured else [None] * customers, dtype="boolean"),
                churn_cause=np.where(churned & matured, cause, None),
            )
        )
    return pd.concat(tables, ignore_index=True), pd.concat(labels, ignore_index=True), tables[-1]
