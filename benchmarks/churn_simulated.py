"""Churn on simulated companies: ours, the base rate and the written truth on the same rows.

Usage: `python -m benchmarks.churn_simulated [--seeds 11 12 13 14] [--customers 1500] [--months 36]
[--keep FOLDER]`. Each company goes the product's own way: files, landing, the dbt features, the
expanding windows of `measure_skill` (six cutoffs, learnt by what was known before each, tested on
the two months after it). Beside ours stand

- `hindsight`: the true chance of a voluntary end in days 31 to 120, from what drove the customer on
  the very days it decided: more than anyone can know on the row's date;
- `known state`: the same from what stood on the row's date, the latent discontent among it, which no
  file contains: the ceiling of a model that could read minds;
- `observable state`: the same without the discontent.

Settings were chosen on other companies (seeds 101 to 105). Intervals: 95 %, customers resampled.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from datetime import date, datetime
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd

from benchmarks.churn_truth import true_probabilities
from connectors.files import FilesSource, load_files
from connectors.simulator import SimulationSpec, simulate, write_company
from models_ml.bootstrap import interval_of_mean
from models_ml.churn import label
from models_ml.churn_figures import figures_with_intervals
from models_ml.churn_skill import Skill, measure_skill
from models_ml.evaluation import EvaluationRow

ROOT = Path(__file__).resolve().parent.parent
END = date(2026, 6, 30)
METRICS = ("roc_auc", "pr_auc", "brier", "calibration_error", "top_decile_lift")
COMPETITORS = ("ours", "logistic", "base_rate", "observable state", "known state", "hindsight")


def build_features(spec: SimulationSpec, folder: Path) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return feat_customer_months and feat_churn_outcomes of a company, built in the folder."""
    warehouse = folder / "warehouse.duckdb"
    if not warehouse.exists():
        write_company(simulate(spec), folder / "source")
        with duckdb.connect(str(warehouse)) as connection:
            source = FilesSource(path=folder / "source", mapping=None)
            load_files(connection, source, datetime(2026, 7, 1))  # noqa: DTZ001
            connection.execute("create schema if not exists raw_policy")
        _dbt_run(folder)
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        months, outcomes = (
            connection.execute(f"from features.{name}").df()
            for name in ("feat_customer_months", "feat_churn_outcomes")
        )
    return months, outcomes


def _dbt_run(folder: Path) -> None:
    project = str(ROOT / "dbt_project")
    command = [str(Path(sys.executable).parent / "dbt"), "--quiet", "run"]
    command += ["--select", "+feat_churn_outcomes", "--project-dir", project]
    command += ["--profiles-dir", project, "--vars", json.dumps({"as_of_date": END.isoformat()})]
    environment = {
        **os.environ,
        "ENCOURS_WAREHOUSE": str(folder / "warehouse.duckdb"),
        "DBT_TARGET_PATH": str(folder / "target"),
        "DBT_LOG_PATH": str(folder / "logs"),
    }
    subprocess.run(command, check=True, env=environment)


def measure(spec: SimulationSpec, folder: Path) -> tuple[pd.DataFrame, Skill, dict[str, int]]:
    """Return the tested rows with a probability per competitor, the verdict, and counts."""
    months, outcomes = build_features(spec, folder)
    labels = label(months, outcomes, END)
    skill = measure_skill(labels.table, labels.happened, labels.failed, seed=1)
    keys = ["as_of_date", "customer_id"]
    causes = outcomes[[*keys, "churn_cause"]].copy()
    causes["as_of_date"] = pd.to_datetime(causes["as_of_date"]).astype("datetime64[s]")
    rows = skill.rows.merge(causes, on=keys, how="left")
    rows = rows.assign(**true_probabilities(spec, rows)).rename(columns={"blend": "ours"})
    rows["customer_id"] = f"{spec.seed}-" + rows["customer_id"]
    counts = {
        "rows": len(labels.table),
        "events": int(labels.table.loc[labels.happened, "customer_id"].nunique()),
        "payment_failures": int(labels.table.loc[labels.failed, "customer_id"].nunique()),
    }
    return rows, skill, counts


def _table(rows: pd.DataFrame, happened: np.ndarray) -> str:
    """Return figures by competitor; the ceilings are of voluntary ends only."""
    lines = [f"    {'':<18}" + "".join(f"{metric:<28}" for metric in METRICS)]
    base, keys = rows["base_rate"].to_numpy(float), rows["customer_id"].to_numpy()
    for name in COMPETITORS:
        figures: dict[str, EvaluationRow] = {
            row["metric"]: row
            for row in figures_with_intervals(rows[name].to_numpy(float), base, happened, keys)
        }
        cells = [
            f"{figures[metric]['value']:.4f} [{figures[metric]['low_95']:.4f},"
            f" {figures[metric]['high_95']:.4f}]"
            for metric in METRICS
        ]
        lines.append(f"    {name:<18}" + "".join(f"{cell:<28}" for cell in cells))
    return "\n".join(lines)


def _gained(rows: pd.DataFrame, happened: np.ndarray) -> str:
    outcome, keys = happened.astype(float), rows["customer_id"].to_numpy()
    losses = {name: (rows[name].to_numpy(float) - outcome) ** 2 for name in COMPETITORS}
    scale = 100 / losses["base_rate"].mean()
    cells = []
    for name in COMPETITORS:
        gained = interval_of_mean(losses["base_rate"] - losses[name], keys)
        ends = f"[{scale * gained.low:.1f}, {scale * gained.high:.1f}]"
        cells.append(f"{name} {scale * gained.value:.1f} {ends}")
    return "Brier gained on the base rate, %: " + ", ".join(cells)


def main() -> None:
    """Print one table a company, and one of all rows."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seeds", type=int, nargs="+", default=[11, 12, 13, 14])
    parser.add_argument("--customers", type=int, default=1_500)
    parser.add_argument("--months", type=int, default=36)
    parser.add_argument("--keep", type=Path)
    arguments = parser.parse_args()
    tested = []
    with tempfile.TemporaryDirectory() as temporary:
        home = arguments.keep or Path(temporary)
        for seed in arguments.seeds:
            started = time.perf_counter()
            spec = SimulationSpec(
                customers=arguments.customers, months=arguments.months, seed=seed, end_date=END
            )
            folder = home / f"seed-{arguments.customers}-{seed}"
            folder.mkdir(parents=True, exist_ok=True)
            rows, skill, counts = measure(spec, folder)
            tested.append(rows)
            seconds = time.perf_counter() - started
            print(f"\nseed {seed}: {counts}, {len(rows)} rows tested ({seconds:.0f} s)")
            print(f"  in use: {skill.method}. {skill.statement}")
    rows = pd.concat(tested, ignore_index=True)
    happened = rows["happened"].to_numpy(bool)
    voluntary = (rows["churn_cause"] == "voluntary").to_numpy(bool)
    print(f"\nAll seeds: {len(rows)} rows, {happened.sum()} churned ({happened.mean():.4f})")
    print(f"  All churn\n{_table(rows, happened)}\n    {_gained(rows, happened)}")
    # Ranking only: `ours` is the chance of all churn, payment failures among them.
    print(f"  Voluntary only\n{_table(rows, voluntary)}")


if __name__ == "__main__":
    main()
