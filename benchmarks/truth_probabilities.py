"""Predicted against true P(paid by a day) on simulated companies, whose probabilities are written down.

Usage: `python -m benchmarks.truth_probabilities [--customers N] [--months M] [--seeds 1,2,3]`.

Which rows are comparable. The truth of an invoice is F(day) = P(paid by the end of that day), given
its hidden state at issue and its plan of reminders, for days 7, 14, 30 and 60 after issue and after
the due date, where nothing else can happen to it (`is_analytic`).

* At issue: rows of the evening on which the invoice became known, if that was the day of issue.
  Nothing was seen of it yet: predicted P(paid within d days) stands beside F(issue + d).
* Later: an open invoice is known to be unpaid, so the truth is conditional:
  (F(b) - F(a)) / (1 - F(a)), where a is the day before the landmark. It is exact only where both a
  and b are among the written days: landmarks 8, 15, 31 or 61 days after issue or due date.

What the comparison cannot be: the truth knows each invoice's payer type and coming reminders, which
nobody could; a perfect forecast from the ledger still differs row by row, and agrees on average in
each bin of its own predictions (calibration error against truth, correlation below 1). Analytic
rows are those without dispute, credit, split or insolvency to come: a forecast made for all invoices
is expected to lie a little below the truth of these.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from datetime import date, datetime
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd

from benchmarks.feature_builds import read_panel, run_features
from connectors.files import FilesSource, load_files
from connectors.simulator import SimulationSpec, read_truth, simulate, write_company, write_truth
from models_ml.backtest import forecasts
from models_ml.blocks import equal_bins
from models_ml.hazard import fit
from models_ml.panel import Panel

AS_OF = date(2026, 6, 30)
# Truth needs no waiting for outcomes: the test reaches to the end of the ledger.
TEST_DAYS = 180
WRITTEN_DAYS = (7, 14, 30, 60)
METHODS = ("ours", "customer_median")


def build_warehouse(home: Path, customers: int, months: int, seed: int) -> Path:
    """Simulate a company, land its files, build its features; its truth goes beside, unread."""
    company = simulate(
        SimulationSpec(customers=customers, months=months, seed=seed, end_date=AS_OF)
    )
    write_company(company, home / "source", "parquet")
    write_truth(company, home / "truth")
    warehouse = home / "warehouse.duckdb"
    with duckdb.connect(str(warehouse)) as connection:
        load_files(connection, FilesSource(path=home / "source"), datetime(2026, 7, 1))  # noqa: DTZ001
    run_features(warehouse, AS_OF, "EUR")
    return warehouse


def true_points(truth: pd.DataFrame, table: pd.DataFrame) -> list[tuple[np.ndarray, np.ndarray]]:
    """Return (days from the landmark, true F) per written day, one array entry a row."""
    rows = truth.reindex(table["invoice_id"])
    age = table["age_days"].to_numpy(float)
    to_due = table["days_to_due"].to_numpy(float)
    return [
        (since + days, rows[f"p_paid_{days}d_after_{name}"].to_numpy(float))
        for name, since in (("issue", -age), ("due", to_due))
        for days in WRITTEN_DAYS
    ]


def compare_at_issue(
    test: Panel, truth: pd.DataFrame, methods: dict[str, np.ndarray]
) -> pd.DataFrame:
    """Return true and predicted P(paid within d days) of rows seen on their day of issue."""
    points = true_points(truth, test.table)[: len(WRITTEN_DAYS)]
    is_fresh = test.table["is_issue"].to_numpy(bool) & (test.table["age_days"].to_numpy(float) == 0)
    parts = []
    for days, (_, true) in zip(WRITTEN_DAYS, points, strict=True):
        rows = is_fresh & ~np.isnan(true)
        predicted = {name: table[rows, days] for name, table in methods.items()}
        parts.append(pd.DataFrame({"kind": f"at issue, {days} d", "true": true[rows], **predicted}))
    return pd.concat(parts, ignore_index=True)


def compare_later(test: Panel, truth: pd.DataFrame, methods: dict[str, np.ndarray]) -> pd.DataFrame:
    """Return true and predicted P(paid within d days, given open) where the truth is exact."""
    points = true_points(truth, test.table)
    is_open = ~test.table["is_issue"].to_numpy(bool)
    parts = []
    for start, before in points:
        for end, after in points:
            rows = is_open & (start == -1) & (end >= 0) & (end <= 60) & (before < 1)
            rows &= ~np.isnan(before) & ~np.isnan(after)
            if not rows.any():
                continue
            days = end[rows].astype(int)
            true = (after[rows] - before[rows]) / (1.0 - before[rows])
            predicted = {name: table[np.flatnonzero(rows), days] for name, table in methods.items()}
            kind = np.where(
                days <= 10, "open, 0-10 d", np.where(days <= 30, "open, 11-30 d", "open, 31-60 d")
            )
            parts.append(pd.DataFrame({"kind": kind, "true": true, **predicted}))
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame()


def figures(predicted: np.ndarray, true: np.ndarray) -> dict[str, float]:
    """Return calibration error against truth, bias, correlation and mean absolute difference."""
    bins = equal_bins(predicted)
    gaps = [
        np.sum(bins == k) * abs(np.mean(predicted[bins == k] - true[bins == k]))
        for k in np.unique(bins)
    ]
    return {
        "calibration": float(sum(gaps) / len(true)),
        "bias": float(np.mean(predicted - true)),
        "correlation": float(np.corrcoef(predicted, true)[0, 1]),
        "difference": float(np.mean(np.abs(predicted - true))),
    }


def compare_seed(customers: int, months: int, seed: int) -> pd.DataFrame:
    """Return every comparable row of one simulated company."""
    with tempfile.TemporaryDirectory() as folder:
        panel = read_panel(build_warehouse(Path(folder), customers, months, seed))
        truth = read_truth(Path(folder) / "truth")["invoices"].to_pandas()
    truth = truth[truth["is_analytic"]].set_index("invoice_id")
    cutoff = np.datetime64(AS_OF, "D") - np.timedelta64(TEST_DAYS, "D")
    started = time.perf_counter()
    model = fit(panel.censored_at(cutoff), seed)
    test = panel.take(panel.landmark >= cutoff)
    methods = {name: forecasts(model, test.table)[name] for name in METHODS}
    seconds = time.perf_counter() - started
    rows = pd.concat([compare_at_issue(test, truth, methods), compare_later(test, truth, methods)])
    print(
        f"seed {seed}: {model.method}, fitted before {cutoff}, {len(test):,} rows after it,"
        f" {len(rows):,} comparisons; fit and prediction {seconds:.0f} s"
    )
    return rows.assign(seed=seed)


def report(rows: pd.DataFrame, title: str) -> None:
    """Print one table: ours beside the customer median."""
    print(f"\n{title}")
    print(
        f"{'rows':<18}{'n':>7}{'true':>7}  "
        + "".join(f"{name:>38}" for name in ("forecast", "customer median"))
    )
    heads = f"{'calib.':>9}{'bias':>9}{'corr.':>9}{'|diff|':>9}  "
    print(" " * 34 + heads + heads)
    for kind, part in rows.groupby("kind", sort=False):
        true = part["true"].to_numpy()
        line = f"{kind:<18}{len(part):>7}{true.mean():>7.3f}  "
        for name in METHODS:
            values = figures(part[name].to_numpy(), true)
            line += "".join(f"{value:>9.3f}" for value in values.values()) + "  "
        print(line)


def main() -> None:
    """Compare every seed, then all of them together."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--customers", type=int, default=600)
    parser.add_argument("--months", type=int, default=30)
    parser.add_argument("--seeds", default="11,12,13")
    options = parser.parse_args()
    seeds = [int(seed) for seed in options.seeds.split(",")]
    parts = [compare_seed(options.customers, options.months, seed) for seed in seeds]
    for part in parts:
        report(part, f"seed {part['seed'].iloc[0]}")
    report(pd.concat(parts), f"all {len(seeds)} companies")


if __name__ == "__main__":
    main()
