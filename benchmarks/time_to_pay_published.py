"""Days late predicted at issue beside published and naive figures, on the same rows.

Usage: `python -m benchmarks.time_to_pay_published [--data FOLDER]`. FOLDER holds `ibm_ar/` and
`highradius/`; what is absent is left out with a message. Each ledger goes the product's own way: files
of the import contract, landing, the dbt features, the model; it is fitted on what was known at the
cutoff and asked on the evening each later invoice was issued. Settings of the model were chosen at
other cutoffs (see days_late.py and hazard.py); nothing here is chosen on the rows reported.

Error figures are of the distribution's median, RMSE of its mean; AUC is of P(late). An 80 % interval
runs from the first day with P(paid) >= 10 % to the first with 90 %; whole days hold more than 80 %,
so what the model itself puts on its intervals stands beside what they covered.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Callable
from datetime import date
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd

from benchmarks.feature_builds import read_panel
from benchmarks.time_to_pay_real_ledgers import LEDGERS, ROOT, build_features
from models_ml.distribution import probability_by, quantile_days
from models_ml.evaluation import coverage, crps, stated_coverage, width
from models_ml.features import to_float
from models_ml.hazard import TimeToPayModel, fit
from models_ml.intervals import HORIZON_DAYS

# A day after the last payment of each ledger.
ALL_KNOWN = {"ibm_ar": date(2014, 2, 28), "highradius": date(2020, 2, 28)}
IBM_CUTOFF, IBM_TEST_ROWS = np.datetime64("2013-07-12"), 494
HIGHRADIUS_CUTOFF = np.datetime64("2019-09-15")
PUBLISHED = "ibm_ar/published_pedroteles_test_predictions.csv"
DRAWS = 500

# `Disputed` has no date in the table: taken as known the day before issue, which is optimistic.
DISPUTES = (
    "select invoice_id as dispute_id, invoice_id, invoice_date - 1 as raised_date,"
    " settled_date as resolved_date from ledger where is_disputed"
)
IBM_DISPUTED = "Disputed = 'Yes' as is_disputed,"


def build_ledger(name: str, data: Path, folder: Path, is_disputed: bool = False) -> Path:
    """Build the features of a ledger with everything known; the warehouse's path."""
    file, _, rows = LEDGERS[name]
    more = {}
    if is_disputed:
        rows = rows.replace("select", f"select {IBM_DISPUTED}", 1)
        more = {"disputes": DISPUTES}
    return build_features(data / file, rows, ALL_KNOWN[name], folder, more)


def figures(
    late: np.ndarray,
    point: np.ndarray,
    mean: np.ndarray,
    is_late_score: np.ndarray,
) -> dict[str, np.ndarray]:
    """Per-row scores of a point forecast of days late; AUC is of all rows together."""
    return {
        "MAE": np.abs(point - late),
        "RMSE": (mean - late) ** 2,
        "within 3 days": (np.abs(point - late) <= 3).astype(float),
        "AUC": is_late_score,
    }


def summarise(
    scores: dict[str, np.ndarray], late: np.ndarray, rows: np.ndarray
) -> dict[str, float]:
    """Figures of a selection of rows."""
    from sklearn.metrics import roc_auc_score

    result = {}
    for name, values in scores.items():
        chosen = values[rows]
        if name == "AUC":
            result[name] = float(roc_auc_score(late[rows] > 0, chosen))
        else:
            result[name] = float(np.sqrt(chosen.mean()) if name == "RMSE" else chosen.mean())
    return result


def intervals(
    scores: dict[str, np.ndarray], late: np.ndarray, customer: np.ndarray
) -> dict[str, tuple[float, float, float]]:
    """Each figure with its 95 % interval, whole customers resampled."""
    draw = np.random.default_rng(1)
    _, code = np.unique(customer, return_inverse=True)
    groups = [np.flatnonzero(code == number) for number in range(code.max() + 1)]
    drawn = [
        summarise(scores, late, np.concatenate([groups[i] for i in picks]))
        for picks in draw.integers(0, len(groups), (DRAWS, len(groups)))
    ]
    found = summarise(scores, late, np.arange(len(late)))
    return {
        name: (value, *np.quantile([one[name] for one in drawn], [0.025, 0.975]))
        for name, value in found.items()
    }


def ours(
    model: TimeToPayModel, table: pd.DataFrame, days_to_due: np.ndarray, floor: float
) -> tuple[dict[str, np.ndarray], np.ndarray]:
    """Days late by the model's median and mean, P(late), and the distribution."""
    incidence = np.nan_to_num(model.incidence(table))
    median = np.nan_to_num(quantile_days(incidence, 0.5), nan=HORIZON_DAYS)
    daily = np.diff(incidence, axis=1, prepend=0.0)
    days = np.maximum(np.arange(HORIZON_DAYS + 1)[None, :] - days_to_due[:, None], floor)
    # What lies beyond the horizon counts at its end.
    beyond = (1.0 - incidence[:, -1]) * days[:, -1]
    return {
        "point": np.maximum(median - days_to_due, floor),
        "mean": (daily * days).sum(axis=1) + beyond,
        "score": 1.0 - probability_by(incidence, np.maximum(days_to_due, 0)),
    }, incidence


def show(title: str, late: np.ndarray, customer: np.ndarray, rows: dict[str, dict]) -> None:
    """Print one table: a line per forecast, each figure with its interval."""
    print(f"\n{title}")
    print(f"{'':34}{'MAE':>20}{'RMSE':>20}{'within 3 days':>20}{'AUC of late':>20}")
    for name, forecast in rows.items():
        scores = figures(late, forecast["point"], forecast["mean"], forecast["score"])
        found = intervals(scores, late, customer)
        cells = "".join(f"{v:>8.3f} [{a:.2f}, {b:.2f}]".rjust(20) for v, a, b in found.values())
        print(f"{name:34}{cells}")


def show_distribution(
    named: dict[str, tuple[np.ndarray, np.ndarray]], horizon_days: int = HORIZON_DAYS
) -> None:
    """Print CRPS, coverage and width of distributions of days to payment."""
    print(f"{'':34}{'CRPS':>10}{'80 % covers':>13}{'says':>8}{'width':>8}")
    for name, (incidence, paid_days) in named.items():
        values = [
            score(incidence, paid_days, horizon_days)
            for score in (crps, coverage, stated_coverage, width)
        ]
        print(f"{name:34}{values[0]:>10.3f}{values[1]:>13.3f}{values[2]:>8.3f}{values[3]:>8.2f}")


def point_rows(table: pd.DataFrame, floor: float) -> dict[str, dict[str, np.ndarray]]:
    """The naive forecasts of days late: due date, customer (else cohort) median."""
    cohort = np.nan_to_num(to_float(table["cohort_days_late_median"]))
    median = to_float(table["customer_days_late_median"])
    median = np.where(np.isnan(median), cohort, median)
    naive = {"due date": np.zeros(len(table)), "customer median": median}
    return {
        name: {"point": np.maximum(late, floor), "mean": np.maximum(late, floor), "score": late}
        for name, late in naive.items()
    }


def ibm(data: Path) -> None:
    """The last 494 invoices by date, with and without the undated `Disputed`."""
    published = pd.read_csv(data / PUBLISHED, dtype={"invoiceNumber": str})
    # The published table lost the leading zeros.
    published["invoiceNumber"] = published["invoiceNumber"].str.zfill(10)
    for is_disputed in (False, True):
        with tempfile.TemporaryDirectory() as folder:
            panel = read_panel(build_ledger("ibm_ar", data, Path(folder), is_disputed))
        model = fit(panel.censored_at(IBM_CUTOFF), seed=1)
        wanted = panel.issues.table["invoice_id"].isin(published["invoiceNumber"]).to_numpy()
        test = panel.issues.take(wanted)
        if len(test) != IBM_TEST_ROWS:
            raise SystemExit(f"{len(test)} of the {IBM_TEST_ROWS} published invoices were found.")
        days_to_due = to_float(test.table["days_to_due"])
        late = np.maximum(test.exit_days - days_to_due, 0.0)
        mine, incidence = ours(model, test.table, days_to_due, 0.0)
        theirs = published.set_index("invoiceNumber").loc[test.table["invoice_id"]]
        final = theirs["Dias_Atraso_Finais"].to_numpy(float)
        rows = {
            **point_rows(test.table, 0.0),
            "published (uses Disputed)": {"point": final, "mean": final, "score": final},
            "ours": mine,
        }
        what = "with Disputed, optimistic" if is_disputed else "without Disputed"
        show(
            f"IBM, last {IBM_TEST_ROWS} invoices, trained on what was known at {IBM_CUTOFF}, {what}"
            f" ({model.method}); days late, early counted as 0",
            late,
            test.table["customer_id"].to_numpy(str),
            rows,
        )
        baseline = np.nan_to_num(model.baseline.incidence(test.table))
        paid = test.exit_days
        show_distribution({"customer median": (baseline, paid), "ours": (incidence, paid)})


# Column of a customer's habits -> feature that it becomes.
HABITS = {
    name: f"customer_{name}"
    for name in (
        *("paid_count", "days_late_mean", "days_late_median", "days_late_last3", "days_late_last5"),
        *("days_late_spread", "days_late_trend", "late_share", "days_late_low", "days_late_high"),
        *("monday_share", "tuesday_share", "wednesday_share", "thursday_share", "friday_share"),
        *("month_end_share", "partial_share"),
    )
}


def frozen(table: pd.DataFrame, warehouse: Path, cutoff: np.datetime64) -> pd.DataFrame:
    """Return the rows with what was known of their customers at the cutoff, not at issue."""
    newest = "qualify row_number() over (partition by {key} order by known_date desc) = 1"
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        habits = connection.execute(
            f"select customer_id, gross_amount_mean, {', '.join(HABITS)}"
            " from features.feat_customer_habits where known_date < ? "
            + newest.format(key="customer_id"),
            [str(cutoff)],
        ).df()
        owed = connection.execute(
            "select customer_id, open_count, past_due_count from features.feat_customer_exposures"
            " where currency = '*' and known_date < ? " + newest.format(key="customer_id"),
            [str(cutoff)],
        ).df()
        # No segment or country in this ledger: one cohort.
        cohort = connection.execute(
            "select days_late_mean, days_late_median from features.feat_cohort_habits"
            " where known_date < ? order by known_date desc limit 1",
            [str(cutoff)],
        ).fetchall()[0]
    joined = table[["customer_id"]].merge(habits, how="left").merge(owed, how="left")
    result = table.reset_index(drop=True).copy()
    for column, feature in HABITS.items():
        result[feature] = joined[column]
    result["customer_paid_count"] = result["customer_paid_count"].fillna(0)
    result["cohort_days_late_mean"], result["cohort_days_late_median"] = cohort
    result["customer_to_cohort_days_late"] = result["customer_days_late_mean"] - cohort[0]
    result["amount_to_habit_ratio"] = result["gross_amount"] / joined["gross_amount_mean"]
    result["customer_open_count"] = joined["open_count"].fillna(0)
    result["customer_past_due_count"] = joined["past_due_count"].fillna(0)
    return result


def without_peeking(table: pd.DataFrame, source: Path) -> pd.DataFrame:
    """Return the rows with the estimated terms.

    An estimated issue after the payment was moved to the payment (464 of 32,000): the longer terms
    that come of it would say that the invoice is paid early.
    """
    terms = duckdb.execute(
        "select row_key as invoice_id, terms_days_est::double as terms from read_csv(?, all_varchar = true)",
        [str(source)],
    ).df()
    estimated = table[["invoice_id"]].merge(terms, how="left")["terms"].to_numpy()
    return table.assign(invoice_terms_days=estimated, days_to_due=estimated)


def highradius(data: Path) -> None:
    """Every invoice issued from the cutoff on, by history frozen there and by history at issue."""
    file = data / LEDGERS["highradius"][0]
    with tempfile.TemporaryDirectory() as folder:
        warehouse = build_ledger("highradius", data, Path(folder))
        panel = read_panel(warehouse)
        test = panel.issues.take(panel.issues.landmark >= HIGHRADIUS_CUTOFF)
        still = without_peeking(frozen(test.table, warehouse, HIGHRADIUS_CUTOFF), file)
    model = fit(panel.censored_at(HIGHRADIUS_CUTOFF), seed=1)
    late = test.exit_days - to_float(test.table["days_to_due"])
    customer = test.table["customer_id"].to_numpy(str)
    tables: dict[str, Callable[[], pd.DataFrame]] = {
        "history frozen at the cutoff": lambda: still,
        "history at issue": lambda: without_peeking(test.table, file),
    }
    for what, make in tables.items():
        table = make()
        days_to_due = to_float(table["days_to_due"])
        mine, incidence = ours(model, table, days_to_due, -np.inf)
        title = (
            f"HighRadius, {len(table):,} invoices issued from {HIGHRADIUS_CUTOFF} on, {what}"
            f" ({model.method}); signed days late"
        )
        show(title, late, customer, {**point_rows(table, -np.inf), "ours": mine})
        # Days from the estimated issue; paid before it: on the day itself.
        paid = np.maximum(late + days_to_due, 0.0)
        baseline = np.nan_to_num(model.baseline.incidence(table))
        show_distribution({"customer median": (baseline, paid), "ours": (incidence, paid)})
    print(
        "Published, on a split of its own: MAE 3.16, RMSE 7.07, AUC .758, 80 % interval 8.0 wide."
    )


def main() -> None:
    """Run every ledger that is there."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=ROOT.parent / "shared" / "data")
    data = parser.parse_args().data
    for name, run in (("ibm_ar", ibm), ("highradius", highradius)):
        if (data / name).is_dir():
            run(data)
        else:
            print(f"\n{name}: {data / name} is absent; left out.")


if __name__ == "__main__":
    main()
