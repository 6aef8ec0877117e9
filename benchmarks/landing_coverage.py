"""Does what lands lie between P10 and P90, and how wide is that? On companies and a ledger not ours.

Usage: `python -m benchmarks.landing_coverage [--seeds 11 12 13] [--customers 400] [--data FOLDER]`.

Simulated companies: the landing of each of the last 12 months, all lines, as it would have been
forecast on the month's first morning (models fitted at earlier cutoffs, intervals from earlier
windows only). HighRadius: cash of the open book by 1, 2 and 4 weeks (cumulated), at landmarks from
CUTOFF on, models and intervals from before. Beside them: due date plus the customer's median days
late (later invoices at the mean of the last six months), and the same curves simulated as if
invoices were independent. Nothing was chosen on what is reported: windows, rows and thresholds were
set on other simulated companies.
"""

from __future__ import annotations

import argparse
import tempfile
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
import yaml

from benchmarks.feature_builds import PROJECT, run_features
from benchmarks.time_to_pay_real_ledgers import LEDGERS, build_features
from connectors.files import FilesSource, load_files
from connectors.simulator import SimulationSpec, simulate, write_company
from models_ml.baselines import MedianBaseline
from models_ml.copula import Factors, simulate_sums
from models_ml.features import to_day, to_float
from models_ml.landing_book import NEW, OPEN, LandingTables
from models_ml.landing_calibration import GRID_DAYS, TOTAL, WalkedWindow
from models_ml.landing_intervals import walk
from models_ml.landing_training import LandingHistory, past_windows, windows_of

ROOT = Path(__file__).resolve().parent.parent
MONTHS, TESTED_MONTHS = 48, 12
END = date(2026, 6, 30)
CUTOFF = np.datetime64("2019-09-01")
TABLES = (
    "feat_invoice_landmarks",
    "feat_landing_parts",
    "feat_contracted_invoices",
    "feat_cash_received",
    "feat_invoice_outcomes",
    "feat_churn_outcomes",
)


@dataclass(frozen=True)
class Case:
    """One forecast of one horizon: what was said, what the others said, what landed."""

    landed: float
    shown: np.ndarray
    independent: np.ndarray
    naive: float


def read_history(warehouse: Path) -> LandingHistory:
    """Read the landing's tables from a warehouse whose features are built."""
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        tables = [connection.execute(f"from features.{name}").df() for name in TABLES]
    return LandingHistory(LandingTables(*tables[:4]), *tables[4:])


def simulated_warehouse(folder: Path, customers: int, seed: int) -> Path:
    """Simulate a company, land it and build its features."""
    spec = SimulationSpec(customers=customers, months=MONTHS, end_date=END, seed=seed)
    write_company(simulate(spec), folder / "source")
    warehouse = folder / "warehouse.duckdb"
    with duckdb.connect(str(warehouse)) as connection:
        load_files(connection, FilesSource(path=folder / "source"), datetime(2026, 7, 1))  # noqa: DTZ001
    settings = yaml.safe_load((PROJECT / "dbt_project.yml").read_text())
    parameters = {**settings["vars"]["parameters"], "training_months": MONTHS}
    run_features(warehouse, END, "EUR", parameters)
    return warehouse


def naive_open(history: LandingHistory, start: np.datetime64, days: int) -> float:
    """Return what lands of the open book if each customer pays its median days late again."""
    tables = history.tables
    rows = tables.landmarks[to_day(tables.landmarks["landmark_date"]) == start]
    point = MedianBaseline(0.0, {}, 1.0).point_days(rows)
    by_invoice = pd.Series(np.maximum(point, 0.0), index=rows["invoice_id"])
    parts = tables.parts[to_day(tables.parts["landmark_date"]) == start]
    paid = to_float(parts["invoice_id"].map(by_invoice)) - to_float(parts["days_before_last_due"])
    return float(to_float(parts["open_amount_reporting"])[paid < days].sum())


def case_of(history: LandingHistory, item: WalkedWindow, days: int, line: int) -> Case:
    """Return a walked window's forecast of one horizon beside the others'."""
    position = int(np.flatnonzero(days == GRID_DAYS)[0])
    window, book = item.window, item.window.book
    sums = simulate_sums(
        book.by_line, book.customer, book.probability[:, [days - 1]], Factors(0.0, 0.0, 0), 1
    )[:, :, 0]
    naive = naive_open(history, window.start, days)
    draws = sums[:, OPEN]
    if line == TOTAL:
        # The open book's bias is corrected as in the forecast; only the dependence is missing.
        expected = window.raw[:NEW, days - 1]
        scale = np.divide(
            item.expected[:NEW, position], expected, where=expected > 0, out=np.ones(2)
        )
        draws = (sums * scale).sum(axis=1) + item.expected[NEW, position]
        naive += later_cash(history, window.start, days)
    independent = np.quantile(draws, (0.1, 0.5, 0.9))
    return Case(float(item.landed[line, position]), item.shown[line, position], independent, naive)


def later_cash(history: LandingHistory, start: np.datetime64, days: int) -> float:
    """Return the mean of what later invoices brought in the last six windows of the same length."""
    from models_ml.landing_windows import CashHistory, months_before

    cash = CashHistory(history.tables.cash)
    first = 2 if days > 28 else 1
    earlier = [months_before(start, back) for back in range(first, first + 6)]
    return float(np.mean([cash.landed(one)[1:, days - 1].sum() for one in earlier]))


def report(title: str, cases: list[Case]) -> None:
    """Print coverage with its binomial interval, width, WAPE and bias, the others beside."""
    from scipy.stats import beta

    landed = np.array([case.landed for case in cases])
    total = np.abs(landed).sum()

    def line(
        name: str, middle: np.ndarray, low: np.ndarray | None, high: np.ndarray | None
    ) -> None:
        wape, bias = np.abs(middle - landed).sum() / total, (middle - landed).sum() / total
        text = f"{name:<24}{wape:>8.1%}{bias:>+8.1%}"
        if low is not None and high is not None:
            inside = int(((low <= landed) & (landed <= high)).sum())
            n = len(landed)
            bounds = (
                beta.ppf(0.025, inside, n - inside + 1) if inside else 0.0,
                beta.ppf(0.975, inside + 1, n - inside) if inside < n else 1.0,
            )
            width = (high - low).sum() / middle.sum()
            text += f"{inside / n:>8.2f}  [{bounds[0]:.2f}, {bounds[1]:.2f}]{width:>9.1%}"
        print(text)

    print(f"\n{title}: {len(cases)} forecasts")
    print(f"{'':<24}{'WAPE':>8}{'bias':>8}{'cover':>8}  {'95 %':<12}{'width':>9}")
    shown = np.array([case.shown for case in cases])
    alone = np.array([case.independent for case in cases])
    line("P10, P50, P90", shown[:, 1], shown[:, 0], shown[:, 2])
    line("independent simulation", alone[:, 1], alone[:, 0], alone[:, 2])
    line("due + customer median", np.array([case.naive for case in cases]), None, None)


def simulated(seeds: list[int], customers: int) -> None:
    """Report the last year of each simulated company, and of all together."""
    everything: list[Case] = []
    for seed in seeds:
        with tempfile.TemporaryDirectory() as folder:
            history = read_history(simulated_warehouse(Path(folder), customers, seed))
        windows, _ = past_windows(history, END, with_hazard=True, seed=1)
        # The month that the company ends in is not over: its last day is not known.
        walked = [one for one in walk(windows, 1) if one.window.start < np.datetime64("2026-06-01")]
        cases = []
        for item in walked[-TESTED_MONTHS:]:
            month = item.window.start.astype("datetime64[M]")
            days = int(((month + 1).astype("datetime64[D]") - item.window.start).astype(int))
            cases.append(case_of(history, item, days, TOTAL))
        report(f"Simulated, {customers} customers, seed {seed}, months", cases)
        everything += cases
    report("All simulated months", everything)


def highradius(source: Path) -> None:
    """Report the open book of HighRadius by 1, 2 and 4 weeks."""
    _, as_of_date, rows = LEDGERS["highradius"]
    with tempfile.TemporaryDirectory() as folder:
        history = read_history(build_features(source, rows, as_of_date, Path(folder)))
    landmarks = history.tables.landmarks
    seen = landmarks[(landmarks["is_grid"] | landmarks["is_month_start"]).astype(bool)]
    # Every landmark is a morning here: invoices are paid whole, in one currency.
    parts = pd.DataFrame(
        {
            "landmark_date": seen["landmark_date"],
            "invoice_id": seen["invoice_id"],
            "customer_id": seen["customer_id"],
            "days_before_last_due": 0,
            "open_amount_reporting": seen["gross_amount"] * (1.0 - to_float(seen["paid_share"])),
        }
    )
    tables = history.tables
    own = LandingTables(landmarks, parts, tables.contracted, tables.cash)
    history = LandingHistory(own, history.outcomes, history.churn_outcomes)
    end = np.datetime64(as_of_date)
    days = np.unique(to_day(parts["landmark_date"]))
    starts = days[(days >= np.datetime64("2019-03-01")) & (days + np.timedelta64(28, "D") <= end)]
    windows, cutoffs = windows_of(history, starts, end, True, 1, fit_rows=40_000, window_rows=None)
    print(f"\nHighRadius: models fitted at {', '.join(str(one) for one in cutoffs)}")
    walked = [item for item in walk(windows, 1) if item.window.start >= CUTOFF]
    for weeks in (1, 2, 4):
        cases = [case_of(history, item, 7 * weeks, OPEN) for item in walked]
        report(f"HighRadius, open book, {weeks} week(s), from {CUTOFF} on", cases)


def main() -> None:
    """Run what is asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, nargs="*", default=[11, 12, 13])
    parser.add_argument("--customers", type=int, default=400)
    parser.add_argument("--data", type=Path, default=ROOT.parent / "shared" / "data")
    arguments = parser.parse_args()
    if arguments.seeds:
        simulated(arguments.seeds, arguments.customers)
    source = arguments.data / LEDGERS["highradius"][0]
    if source.exists():
        highradius(source)
    else:
        print(f"\n{source} is absent; HighRadius is left out.")


if __name__ == "__main__":
    main()
