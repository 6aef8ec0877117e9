"""Features of a landed ledger and the panel read from them, as benchmarks of the models need them.

Belongs here: one dbt run of the features, reading what trains. Does not belong here: where a ledger
comes from, what is measured on it.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from datetime import date
from pathlib import Path
from typing import Any

import duckdb

from models_ml.panel import Panel, build_panel
from orchestration.warehouse import prepare_schemas

PROJECT = Path(__file__).resolve().parent.parent / "dbt_project"


def run_features(
    warehouse: Path,
    as_of_date: date,
    reporting_currency: str,
    parameters: dict[str, Any] | None = None,
) -> None:
    """Build the features of a warehouse; dbt's own files go beside it.

    Args:
        warehouse: with its raw tables.
        as_of_date: what is known before it.
        reporting_currency: ISO 4217 code.
        parameters: all of dbt's, where they are not the project's own.
    """
    with duckdb.connect(str(warehouse)) as connection:
        prepare_schemas(connection)
    variables: dict[str, Any] = {
        "as_of_date": as_of_date.isoformat(),
        "reporting_currency": reporting_currency,
    }
    if parameters is not None:
        variables["parameters"] = parameters
    subprocess.run(
        [
            str(Path(sys.executable).parent / "dbt"),
            *("--quiet", "run", "--select", "+path:models/features"),
            *("--project-dir", str(PROJECT), "--profiles-dir", str(PROJECT)),
            *("--vars", json.dumps(variables)),
        ],
        check=True,
        env={
            **os.environ,
            "ENCOURS_WAREHOUSE": str(warehouse),
            "DBT_TARGET_PATH": str(warehouse.parent / "target"),
            "DBT_LOG_PATH": str(warehouse.parent / "logs"),
        },
    )


def read_panel(warehouse: Path) -> Panel:
    """Landmarks with outcomes, as training reads them."""
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        landmarks, outcomes = (
            connection.execute(f"from features.{table}").df()
            for table in ("feat_invoice_landmarks", "feat_invoice_outcomes")
        )
    return build_panel(landmarks[~landmarks["is_scoring"]], outcomes)
