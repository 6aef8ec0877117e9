"""Churn at each cutoff: learn on labels known by then, test on the month end before it.

Belongs here: the loop over churn's cutoffs and its figures over all of them. Does not belong here:
the model (churn.py), resampling (blocks.py).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

import numpy as np

from models_ml.backtest_figures import COLUMNS, bins_of
from models_ml.blocks import Blocks, interval, make_blocks
from models_ml.churn import label
from models_ml.churn_model import fit
from models_ml.churn_skill import LABEL_DAYS, churned_customers
from models_ml.cutoffs import Note, churn_cutoffs
from models_ml.evaluation import EvaluationRow, evaluate_churn
from models_ml.features import to_day

if TYPE_CHECKING:
    import pandas as pd

# Ranking figures cost a sort per draw; means do not.
RANKING_DRAWS = 200


@dataclass(frozen=True)
class ChurnBacktest:
    """Figures, reliability and runs of churn; all empty where churn could not be tested."""

    figures: pd.DataFrame
    reliability: pd.DataFrame
    runs: pd.DataFrame
    notes: tuple[Note, ...] = ()


def backtest_churn(
    customer_months: pd.DataFrame,
    churn_outcomes: pd.DataFrame,
    as_of_date: date,
    cutoffs: Sequence[date] | None,
    months: int,
    seed: int,
) -> ChurnBacktest:
    """Backtest the churn model at the latest month starts whose labels are known.

    A label takes LABEL_DAYS to be known, so these cutoffs lie earlier than those of payments.

    Args:
        customer_months: feat_customer_months.
        churn_outcomes: feat_churn_outcomes.
        as_of_date: labels known by this day are used.
        cutoffs: only these month starts; None for the latest ``months``.
        months: how many.
        seed: of fits and of resampling.
    """
    import pandas as pd

    empty = ChurnBacktest(pd.DataFrame(), pd.DataFrame(), pd.DataFrame())
    if not len(customer_months):
        return _with_note(empty, "no_subscriptions")
    labels = label(customer_months, churn_outcomes, as_of_date)
    table, happened, failed = labels.table, labels.happened, labels.failed
    month = to_day(table["as_of_date"])
    known_on = month + np.timedelta64(LABEL_DAYS, "D")
    used = churn_cutoffs(month, known_on, months, cutoffs)
    if not used or not happened.any():
        return _with_note(empty, "churn_too_short")
    tested = [_test_cutoff(table, happened, failed, month, cutoff, seed) for cutoff in used]
    rows = pd.concat([rows for rows, _ in tested], ignore_index=True)
    figures = [*_figures(rows, "all", "all", seed)]
    for name, part in rows.groupby("cutoff"):
        figures += _figures(part.reset_index(drop=True), "cutoff", str(name), seed)
    is_short = not cutoffs and len(used) < months
    return ChurnBacktest(
        pd.DataFrame(figures, columns=list(COLUMNS)),
        _reliability(rows, seed),
        pd.DataFrame([run for _, run in tested]),
        ({"code": "fewer_churn", "wanted": months, "used": len(used)},) if is_short else (),
    )


def _test_cutoff(
    table: pd.DataFrame,
    happened: np.ndarray,
    failed: np.ndarray,
    month: np.ndarray,
    cutoff: np.datetime64,
    seed: int,
) -> tuple[pd.DataFrame, dict[str, Any]]:
    """Fit on labels known at the cutoff, score the month end before it: rows and the run."""
    import pandas as pd

    train = np.asarray(month + np.timedelta64(LABEL_DAYS, "D") < cutoff)
    test = np.asarray(month == cutoff - np.timedelta64(1, "D"))
    known = table.loc[train].reset_index(drop=True)
    model = fit(known, happened[train], seed, failed[train])
    later = table.loc[test].reset_index(drop=True)
    rows = pd.DataFrame(
        {
            "cutoff": str(cutoff),
            "customer_id": later["customer_id"],
            "ours": model.probability(later),
            "base_rate": float(happened[train].mean()),
            "happened": happened[test],
        }
    )
    run = {
        "cutoff": cutoff.astype(object),
        "method": model.method,
        "train_rows": int(train.sum()),
        "train_events": churned_customers(table, happened & train),
        "test_rows": int(test.sum()),
        "test_events": int(happened[test].sum()),
    }
    return rows, run


def _with_note(result: ChurnBacktest, code: str) -> ChurnBacktest:
    return ChurnBacktest(result.figures, result.reliability, result.runs, ({"code": code},))


def _figures(rows: pd.DataFrame, group: str, segment: str, seed: int) -> list[EvaluationRow]:
    """Return the churn figures of some rows with intervals, the base rate beside."""
    happened = rows["happened"].to_numpy(bool)
    ours, base = rows["ours"].to_numpy(float), rows["base_rate"].to_numpy(float)
    blocks = make_blocks(rows["customer_id"].to_numpy(), seed)
    drawn = {
        "brier": blocks.means(((ours - happened) ** 2)[:, None])[:, 0],
        "calibration_error": blocks.calibration_errors(ours, happened),
        **_ranking_draws(ours, happened, blocks),
    }
    figures = []
    for row in evaluate_churn(ours, base, happened):
        low, high = interval(row["value"], drawn[row["metric"]], blocks.customers)
        figures.append(
            {
                "part": "churn",
                "group": group,
                "segment": segment,
                "metric": row["metric"],
                "value": row["value"],
                "low": low,
                "high": high,
                "baseline_value": row["baseline_value"],
                "n": row["n"],
                "customers": blocks.customers,
            }
        )
    return figures


def _ranking_draws(
    probability: np.ndarray, happened: np.ndarray, blocks: Blocks
) -> dict[str, np.ndarray]:
    from sklearn.metrics import average_precision_score, roc_auc_score

    drawn: dict[str, list[float]] = {"pr_auc": [], "roc_auc": [], "top_decile_lift": []}
    order = np.argsort(-probability, kind="stable")
    for draw in blocks.weights[:RANKING_DRAWS]:
        weight = draw[blocks.code]
        events = float(weight @ happened)
        if not 0 < events < weight.sum():
            continue
        seen = weight > 0
        given = (happened[seen], probability[seen])
        drawn["pr_auc"].append(average_precision_score(*given, sample_weight=weight[seen]))
        drawn["roc_auc"].append(roc_auc_score(*given, sample_weight=weight[seen]))
        top = order[np.cumsum(weight[order]) <= max(weight.sum() / 10, weight[order[0]])]
        caught = float(weight[top] @ happened[top]) / max(float(weight[top].sum()), 1.0)
        drawn["top_decile_lift"].append(caught / (events / weight.sum()))
    return {name: np.array(values) for name, values in drawn.items()}


def _reliability(rows: pd.DataFrame, seed: int) -> pd.DataFrame:
    blocks = make_blocks(rows["customer_id"].to_numpy(), seed)
    table = bins_of(rows["ours"].to_numpy(float), rows["happened"].to_numpy(bool), blocks)
    return table.assign(part="churn", method="ours", horizon="churn")
