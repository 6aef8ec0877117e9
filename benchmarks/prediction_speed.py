"""Training and scoring time and memory, as ratios to reading the same tables.

Usage: `python -m benchmarks.prediction_speed [--invoices 100000] [--open 100000]`. Feature tables are
drawn in numpy with the columns and types of the warehouse: an invoice has a row on each day of the
17-day grid on which it was open, one on each first of a month, and one of the evening it was issued.
The floor is what no training can do without: DuckDB reading those tables from Parquet into pandas, in
the same process. Training is all of `train_time_to_pay`: holdout, its twin, the final model.
"""

from __future__ import annotations

import argparse
import resource
import tempfile
import time
from datetime import date
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd

from models_ml.features import INVOICE_CATEGORICAL, INVOICE_NUMERIC
from models_ml.time_to_pay import predict_time_to_pay, train_time_to_pay

AS_OF = np.datetime64("2026-06-30", "D")
DAYS = 730
GRID_DAYS = 17
INVOICES_A_CUSTOMER = 40
TERMS_DAYS = 30


def draw_invoices(count: int, draw: np.random.Generator) -> pd.DataFrame:
    """Invoices with a habit of their customer and a day of payment, in days before the as-of date."""
    customers = max(count // INVOICES_A_CUSTOMER, 10)
    customer = draw.integers(0, customers, count)
    habit = draw.choice([-3.0, 0.0, 4.0, 12.0, 30.0], customers, p=[0.2, 0.3, 0.2, 0.2, 0.1])
    late = np.round(habit[customer] + draw.normal(0.0, 4.0, count))
    issued = draw.integers(-DAYS, 0, count)
    return pd.DataFrame(
        {
            "invoice": np.arange(count),
            "customer": customer,
            "issued": issued,
            "paid": issued + np.maximum(TERMS_DAYS + late, 1).astype(np.int64),
            "habit": habit[customer],
        }
    )


def landmark_rows(invoices: pd.DataFrame, days: np.ndarray) -> pd.DataFrame:
    """A row per invoice and day (before the as-of date, rising) on which it was open."""
    first = np.searchsorted(days, invoices["issued"], side="right")
    after = np.searchsorted(days, invoices["paid"], side="right")
    counts = np.maximum(after - first, 0)
    rows = invoices.loc[invoices.index.repeat(counts)].reset_index(drop=True)
    starts = np.repeat(np.cumsum(counts) - counts, counts)
    rows["day"] = days[np.repeat(first, counts) + np.arange(len(rows)) - starts]
    return rows


def feature_table(rows: pd.DataFrame, draw: np.random.Generator) -> pd.DataFrame:
    """The columns of feat_invoice_landmarks; what the law of payment does not use is noise."""
    n = len(rows)
    columns: dict[str, object] = {
        "landmark_date": (AS_OF + rows["day"].to_numpy().astype("timedelta64[D]")).astype(
            "datetime64[s]"
        ),
        "invoice_id": "I" + rows["invoice"].astype(str).str.zfill(8),
        "customer_id": "C" + rows["customer"].astype(str).str.zfill(6),
    }
    for name in INVOICE_NUMERIC:
        values = draw.normal(size=n).astype(np.float64)
        columns[name] = np.where(draw.random(n) < 0.1, np.nan, values)
    habit = rows["habit"].to_numpy()
    columns["days_to_due"] = (rows["issued"] + TERMS_DAYS - rows["day"]).to_numpy()
    columns["age_days"] = (rows["day"] - rows["issued"]).to_numpy()
    columns["customer_paid_count"] = draw.integers(0, 60, n)
    for name in ("mean", "median", "last3", "last5"):
        columns[f"customer_days_late_{name}"] = habit + draw.normal(0.0, 2.0, n)
    for name in ("cohort_days_late_mean", "cohort_days_late_median"):
        columns[name] = np.full(n, 4.0)
    for name in INVOICE_CATEGORICAL:
        columns[name] = np.array(["a", "b", "c", "d"], dtype=object)[draw.integers(0, 4, n)]
    return pd.DataFrame(columns)


def outcome_table(rows: pd.DataFrame, landmarks: pd.DataFrame) -> pd.DataFrame:
    """The columns of feat_invoice_outcomes by what was known before the as-of date."""
    happened = rows["paid"] < 0
    days = (rows["paid"] - rows["day"]).clip(lower=0).where(happened).astype("Float64")
    return pd.DataFrame(
        {
            "landmark_date": landmarks["landmark_date"],
            "invoice_id": landmarks["invoice_id"],
            "outcome": np.where(happened, "paid", "open"),
            "days_to_settlement": days,
            "days_to_known": days,
            "observed_days": -rows["day"] - 1,
        }
    )


def draw_tables(invoices: int, open_invoices: int, folder: Path) -> int:
    """Write landmarks, outcomes and rows to score as Parquet; returns the landmark rows."""
    draw = np.random.default_rng(7)
    made = draw_invoices(invoices, draw)
    month_starts = np.arange("2024-07", "2026-07", dtype="datetime64[M]").astype("datetime64[D]")
    kinds = {
        "is_grid": landmark_rows(made, np.arange(-DAYS, 0, GRID_DAYS)),
        "is_month_start": landmark_rows(made, (month_starts - AS_OF).astype(np.int64)),
        "is_issue": made.assign(day=made["issued"]),
    }
    rows = pd.concat([r.assign(kind=kind) for kind, r in kinds.items()], ignore_index=True)
    rows = rows.drop_duplicates(["invoice", "day"], ignore_index=True)
    landmarks = feature_table(rows, draw)
    for kind in kinds:
        landmarks[kind] = (rows["kind"] == kind).to_numpy()
    scored = draw_invoices(open_invoices, draw).assign(day=0)
    scoring = feature_table(scored.assign(issued=-draw.integers(1, 60, open_invoices)), draw)
    for name, table in (
        ("landmarks", landmarks),
        ("outcomes", outcome_table(rows, landmarks)),
        ("scoring", scoring.assign(is_grid=False, is_month_start=False, is_issue=False)),
    ):
        table.to_parquet(folder / f"{name}.parquet")
    return len(rows)


def read(folder: Path, name: str) -> pd.DataFrame:
    with duckdb.connect() as connection:
        return connection.execute(f"from '{folder / name}.parquet'").df()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--invoices", type=int, default=100_000)
    parser.add_argument("--open", type=int, default=100_000)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        count = draw_tables(given.invoices, given.open, folder)
        begun = time.perf_counter()
        landmarks, outcomes = read(folder, "landmarks"), read(folder, "outcomes")
        floor = time.perf_counter() - begun
        before = peak_gigabytes()
        begun, busy = time.perf_counter(), time.process_time()
        model = train_time_to_pay(landmarks, outcomes, date(2026, 6, 30))
        training, busy = time.perf_counter() - begun, time.process_time() - busy
        training_peak = peak_gigabytes()
        del landmarks, outcomes
        begun = time.perf_counter()
        scoring = read(folder, "scoring")
        scoring_floor = time.perf_counter() - begun
        begun = time.perf_counter()
        model.incidence(scoring)
        incidence = time.perf_counter() - begun
        begun = time.perf_counter()
        predicted = predict_time_to_pay(model, scoring)
        scored = time.perf_counter() - begun
    print(
        f"{given.invoices:,} invoices in {count:,} landmark rows; {len(predicted):,} open ones scored"
    )
    print(f"method {model.method}; one thread")
    print(f"{'':<44}{'seconds':>9}{'ratio':>8}")
    for words, seconds, below in (
        ("floor: reading the training tables", floor, floor),
        ("train, holdout and twin included", training, floor),
        ("  of which processor time of this process", busy, floor),
        ("floor: reading the rows to score", scoring_floor, scoring_floor),
        ("distributions of the rows to score", incidence, scoring_floor),
        ("whole prediction, 3,000 rows explained", scored, scoring_floor),
    ):
        print(f"{words:<44}{seconds:>9.2f}{seconds / below:>8.1f}")
    print(
        f"peak memory: {before:.1f} GB with the tables read, {training_peak:.1f} GB after training, "
        f"{peak_gigabytes():.1f} GB in all"
    )


def peak_gigabytes() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6


if __name__ == "__main__":
    main()
