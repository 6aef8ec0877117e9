"""Figures of a backtest: every score averaged by segment, with intervals over customers.

Belongs here: which segments and figures are reported, their intervals, the reliability table, the
customers forecast worst. Does not belong here: scores of rows (scores.py), resampling (blocks.py).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from models_ml.backtest_cash import CASH_HORIZONS, CASH_METHODS, CashRows
from models_ml.blocks import BINS, Blocks, equal_bins, interval, make_blocks
from models_ml.concordance import concordance, sampled_rows
from models_ml.evaluation import (
    MINIMUM_SEGMENT_ROWS,
    age_segments,
    brier,
    calibration_error,
    relative_bias,
    wape,
)
from models_ml.intervals import HORIZON_DAYS
from models_ml.scores import ROW_METRICS

if TYPE_CHECKING:
    import pandas as pd

COLUMNS = (
    "part",
    "group",
    "segment",
    "metric",
    "value",
    "low",
    "high",
    "baseline_value",
    "difference",
    "difference_low",
    "difference_high",
    "due_date_value",
    "n",
    "customers",
)
"""part: invoices, cash or churn. group: age, cutoff, country, segment, size, horizon or all.
baseline: customer median (churn: base rate). difference: value less baseline_value. low and high:
95 % intervals, customers drawn again."""
PROBABILITY_DAYS = (7, 30, 60, HORIZON_DAYS)
# An interval of a forecast that is a single day means nothing.
NOT_OF_POINTS = ("coverage", "width")
MAXIMUM_COUNTRIES = 8
SIZES = ("smallest_third", "middle_third", "largest_third")
WORST = 15
MINIMUM_CUSTOMER_ROWS = 5


def invoice_figures(scored: pd.DataFrame, horizon_days: int, seed: int) -> pd.DataFrame:
    """Return COLUMNS for every segment of at least MINIMUM_SEGMENT_ROWS scored rows."""
    import pandas as pd

    rows: list[dict[str, Any]] = []
    for group, segment, mask in segments_of(scored):
        part = scored.loc[mask].reset_index(drop=True)
        if len(part) >= MINIMUM_SEGMENT_ROWS:
            found = _segment_figures(part, horizon_days, seed, is_full=segment == "all")
            rows += [
                {"part": "invoices", "group": group, "segment": segment, **row} for row in found
            ]
    return pd.DataFrame(rows, columns=list(COLUMNS))


def segments_of(scored: pd.DataFrame) -> list[tuple[str, str, np.ndarray]]:
    """Return (group, segment, row mask): ages, cutoffs, countries, segments and sizes.

    All but ``at_issue`` are of rows seen in the open book; rows seen on the evening they became
    known answer another question.
    """
    is_issue = scored["is_issue"].to_numpy(bool)
    ages = age_segments(scored["days_to_due"].to_numpy(), scored["age_days"].to_numpy())
    found = [("age", name, mask & ~is_issue) for name, mask in ages.items()]
    found.append(("age", "at_issue", is_issue))
    for group in ("cutoff", "country", "segment"):
        values = scored[group].astype(object).where(scored[group].notna(), "unknown").astype(str)
        if group == "cutoff":
            values = values.str[:10]
        names = values[~is_issue].value_counts()
        kept = sorted(names.index[:MAXIMUM_COUNTRIES]) if group != "cutoff" else sorted(names.index)
        if len(kept) > 1 or group == "cutoff":
            found += [(group, name, (values == name).to_numpy() & ~is_issue) for name in kept]
    amount = scored["gross_amount"].to_numpy(float)
    if np.isfinite(amount[~is_issue]).sum() >= MINIMUM_SEGMENT_ROWS:
        edges = np.nanquantile(amount[~is_issue], [1 / 3, 2 / 3])
        third = np.searchsorted(edges, amount, side="left")
        found += [("size", name, (third == k) & ~is_issue) for k, name in enumerate(SIZES)]
    return found


def _segment_figures(
    part: pd.DataFrame, horizon_days: int, seed: int, is_full: bool
) -> list[dict[str, Any]]:
    blocks = make_blocks(part["customer_id"].to_numpy(), seed)
    rows = []
    tables = {
        method: part[[f"{method}.{name}" for name in ROW_METRICS]].to_numpy(float)
        for method in CASH_METHODS
    }
    drawn = {method: blocks.means(table) for method, table in tables.items()}
    for place, metric in enumerate(ROW_METRICS):
        values = {method: float(table[:, place].mean()) for method, table in tables.items()}
        if metric.startswith(NOT_OF_POINTS):
            values["due_date"] = np.nan
        draws = [drawn[method][:, place] for method in ("ours", "customer_median")]
        rows.append(_row(metric, values, draws[0], draws[1], blocks, len(part)))
    rows += _probability_figures(part, seed)
    rows.append(_concordance_row(part, horizon_days, seed, is_full))
    return rows


def _probability_figures(part: pd.DataFrame, seed: int) -> list[dict[str, Any]]:
    """Brier, calibration error and bias of P(paid by day), on rows watched that long."""
    rows = []
    for days in PROBABILITY_DAYS:
        ripe = part.loc[part["observed_days"] >= days]
        if len(ripe) < MINIMUM_SEGMENT_ROWS:
            continue
        blocks = make_blocks(ripe["customer_id"].to_numpy(), seed)
        happened = ripe["paid_days"].to_numpy() <= days
        chance = {name: ripe[f"{name}.p_paid_{days}d"].to_numpy(float) for name in CASH_METHODS}
        for metric, score in (("brier", brier), ("calibration_error", calibration_error)):
            values = {name: score(p, happened) for name, p in chance.items()}
            draws = [
                blocks.means(((chance[name] - happened) ** 2)[:, None])[:, 0]
                if metric == "brier"
                else blocks.calibration_errors(chance[name], happened)
                for name in ("ours", "customer_median")
            ]
            rows.append(_row(f"{metric}_{days}d", values, draws[0], draws[1], blocks, len(ripe)))
        gaps = {name: float(np.mean(p - happened)) for name, p in chance.items()}
        draws = [
            blocks.means((chance[name] - happened)[:, None])[:, 0]
            for name in ("ours", "customer_median")
        ]
        rows.append(_row(f"bias_{days}d", gaps, draws[0], draws[1], blocks, len(ripe)))
    return rows


def _concordance_row(
    part: pd.DataFrame, horizon_days: int, seed: int, is_full: bool
) -> dict[str, Any]:
    part = part.iloc[sampled_rows(len(part), seed)]
    paid = part["paid_days"].to_numpy()
    paid = np.where(paid <= horizon_days, paid, np.inf)
    expected = {name: part[f"{name}.expected_days"].to_numpy(float) for name in CASH_METHODS}
    values = {name: concordance(days, paid) for name, days in expected.items()}
    blocks = make_blocks(part["customer_id"].to_numpy(), seed)
    nothing = np.full(1, np.nan)
    draws = [
        blocks.concordances(expected[name], paid) if is_full else nothing
        for name in ("ours", "customer_median")
    ]
    return _row("c_index", values, draws[0], draws[1], blocks, len(part))


def _row(
    metric: str,
    values: dict[str, float],
    ours: np.ndarray,
    base: np.ndarray,
    blocks: Blocks,
    n: int,
) -> dict[str, Any]:
    difference = values["ours"] - values["customer_median"]
    low, high = interval(values["ours"], ours, blocks.customers)
    less, more = interval(difference, ours - base, blocks.customers)
    return {
        "metric": metric,
        "value": values["ours"],
        "low": low,
        "high": high,
        "baseline_value": values["customer_median"],
        "difference": difference,
        "difference_low": less,
        "difference_high": more,
        "due_date_value": values["due_date"],
        "n": n,
        "customers": blocks.customers,
    }


def cash_figures(cash: CashRows, seed: int) -> pd.DataFrame:
    """Return WAPE, bias and, where there are intervals, their coverage, by horizon over cutoffs."""
    import pandas as pd

    totals, rows = cash.totals(), []
    for horizon in CASH_HORIZONS:
        part = totals[totals["horizon"] == horizon]
        if not len(part) or part["actual"].sum() <= 0:
            continue
        sums = cash.by_customer[cash.by_customer["horizon"] == horizon]
        blocks = make_blocks(sums["customer_id"].to_numpy(), seed)
        drawn = {name: _drawn_totals(blocks, sums, name) for name in (*CASH_METHODS, "actual")}
        for metric, score in (("wape", wape), ("relative_bias", relative_bias)):
            actual = part["actual"].to_numpy(float)
            values = {name: score(part[name].to_numpy(float), actual) for name in CASH_METHODS}
            draws = [
                np.array([score(e, a) for e, a in zip(drawn[name], drawn["actual"], strict=True)])
                for name in ("ours", "customer_median")
            ]
            row = _row(metric, values, draws[0], draws[1], blocks, len(part))
            rows.append({"part": "cash", "group": "horizon", "segment": horizon, **row})
        held = part[part["low"].notna()]
        if len(held):
            inside = held["actual"].between(held["low"], held["high"]).mean()
            width = float(((held["high"] - held["low"]) / held["ours"]).mean())
            for metric, value in (("coverage_80", float(inside)), ("relative_width_80", width)):
                rows.append(
                    {"part": "cash", "group": "horizon", "segment": horizon, "metric": metric}
                    | {"value": value, "n": len(held)}
                )
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _drawn_totals(blocks: Blocks, sums: pd.DataFrame, name: str) -> np.ndarray:
    """Return (draws x cutoffs) totals of a column of the sums by customer and cutoff."""
    cutoffs = sums["cutoff"].astype(str)
    columns = [
        np.where(cutoffs == cutoff, sums[name].to_numpy(float), 0.0)
        for cutoff in sorted(cutoffs.unique())
    ]
    totals: np.ndarray = blocks.weights @ blocks.sums(np.column_stack(columns))
    return totals


def reliability_table(scored: pd.DataFrame, seed: int) -> pd.DataFrame:
    """Return predicted and observed shares by tenth, for open-book rows watched that long."""
    import pandas as pd

    book = scored.loc[~scored["is_issue"]]
    parts = []
    for days in PROBABILITY_DAYS:
        ripe = book.loc[book["observed_days"] >= days]
        if len(ripe) < MINIMUM_SEGMENT_ROWS:
            continue
        blocks = make_blocks(ripe["customer_id"].to_numpy(), seed)
        happened = ripe["paid_days"].to_numpy() <= days
        for method in ("ours", "customer_median"):
            table = bins_of(ripe[f"{method}.p_paid_{days}d"].to_numpy(float), happened, blocks)
            parts.append(table.assign(part="invoices", method=method, horizon=f"{days}d"))
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame()


def bins_of(probability: np.ndarray, happened: np.ndarray, blocks: Blocks) -> pd.DataFrame:
    """Return bin, predicted, observed, low, high, n: the reliability of a probability by tenth."""
    import pandas as pd

    bins = equal_bins(probability)
    inside = bins[:, None] == np.arange(BINS)[None, :]
    drawn = (blocks.weights @ blocks.sums((inside * happened[:, None]).astype(float))) / (
        np.maximum(blocks.weights @ blocks.sums(inside.astype(float)), 1.0)
    )
    rows = []
    for number in np.unique(bins):
        mask = inside[:, number]
        observed = float(happened[mask].mean())
        low, high = interval(observed, drawn[:, number], blocks.customers)
        rows.append(
            {
                "bin": int(number) + 1,
                "predicted": float(probability[mask].mean()),
                "observed": observed,
                "low": float(np.clip(low, 0, 1)),
                "high": float(np.clip(high, 0, 1)),
                "n": int(mask.sum()),
            }
        )
    return pd.DataFrame(rows)


def worst_customers(scored: pd.DataFrame) -> pd.DataFrame:
    """Return the customers that cost most: the largest sums of CRPS days over open-book rows."""
    book = scored.loc[~scored["is_issue"]]
    table = book.groupby("customer_id").agg(
        country=("country", "last"),
        segment=("segment", "last"),
        n=("invoice_id", "size"),
        crps_days=("ours.crps_days", "mean"),
        baseline_crps_days=("customer_median.crps_days", "mean"),
        mae_median_days=("ours.mae_median_days", "mean"),
        coverage_80=("ours.coverage_80", "mean"),
        total=("ours.crps_days", "sum"),
    )
    table = table[table["n"] >= MINIMUM_CUSTOMER_ROWS].sort_values(
        ["total", "n"], ascending=[False, True], kind="stable"
    )
    return table.drop(columns="total").head(WORST).reset_index()
