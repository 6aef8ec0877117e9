"""Nothing from the future: features rebuilt without it are identical.

A small simulated company is built with dbt as of a day in its past, which is also a landmark of the
training grid. What became known on or after that day is then deleted, and the features rebuilt; and
the company is built as of a later day, to compare what was scored with what is trained on.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

import duckdb
import pandas as pd
import pytest

from connectors.files import FilesSource, load_files
from connectors.simulator import SimulationSpec, simulate, write_company
from models_ml.features import (
    CUSTOMER_CATEGORICAL,
    CUSTOMER_KEYS,
    CUSTOMER_NUMERIC,
    INVOICE_CATEGORICAL,
    INVOICE_FLAGS,
    INVOICE_KEYS,
    INVOICE_NUMERIC,
)

ROOT = Path(__file__).parents[2]
END = date(2026, 6, 30)
# 2000-01-01 + 17 x 566 days.
AS_OF = date(2026, 5, 6)
LANDMARKS = "feat_invoice_landmarks"
MONTHS = "feat_customer_months"
KEYS = {LANDMARKS: ["landmark_date", "invoice_id"], MONTHS: ["as_of_date", "customer_id"]}


@dataclass(frozen=True)
class Builds:
    """Feature tables by name, of each build."""

    then: dict[str, pd.DataFrame]
    without_future: dict[str, pd.DataFrame]
    later: dict[str, pd.DataFrame]
    deleted_rows: int
    known_before: set[str]
    """Invoices known before the as-of day."""


@pytest.fixture(scope="module")
def builds(tmp_path_factory: pytest.TempPathFactory) -> Builds:
    folder = tmp_path_factory.mktemp("leak")
    write_company(
        simulate(SimulationSpec(customers=60, months=14, end_date=END)), folder / "source"
    )
    warehouse = folder / "warehouse.duckdb"
    with duckdb.connect(str(warehouse)) as connection:
        source = FilesSource(path=folder / "source", mapping=None)
        load_files(connection, source, datetime(2026, 7, 1))
        connection.execute("create schema if not exists raw_policy")
    _dbt_run(folder, END, "+path:models/features")
    later = _features(warehouse)
    canonical = "path:models/intermediate/canonical"
    rebuilt = f"path:models/features {canonical}+,+path:models/features"
    _dbt_run(folder, AS_OF, rebuilt)
    then = _features(warehouse)
    with duckdb.connect(str(warehouse)) as connection:
        known_before = connection.execute(
            "select invoice_id from intermediate.int_invoices_unioned where known_date < ?", [AS_OF]
        ).fetchall()
        deleted = _delete_future(connection)
    _dbt_run(folder, AS_OF, rebuilt, "--exclude", canonical)
    names = {invoice_id for (invoice_id,) in known_before}
    return Builds(then, _features(warehouse), later, deleted, names)


def _dbt_run(folder: Path, as_of_date: date, select: str, *more: str) -> None:
    variables = {"as_of_date": as_of_date.isoformat()}
    project = str(ROOT / "dbt_project")
    command = [str(Path(sys.executable).parent / "dbt"), "--quiet", "run", "--select"]
    command += [*select.split(), *more, "--project-dir", project, "--profiles-dir", project]
    result = subprocess.run(
        [*command, "--vars", json.dumps(variables)],
        capture_output=True,
        text=True,
        check=False,
        env={
            **os.environ,
            "ENCOURS_WAREHOUSE": str(folder / "warehouse.duckdb"),
            "DBT_TARGET_PATH": str(folder / "target"),
            "DBT_LOG_PATH": str(folder / "logs"),
        },
    )
    assert result.returncode == 0, result.stdout + result.stderr


def _delete_future(connection: duckdb.DuckDBPyConnection) -> int:
    tables = connection.execute(
        "select table_name from information_schema.columns"
        " where table_schema = 'intermediate' and column_name = 'known_date'"
        " and table_name like '%\\_unioned' escape '\\'"
    ).fetchall()
    assert len(tables) >= 14
    count = 0
    for (table,) in tables:
        sql = f"delete from intermediate.{table} where known_date >= ?"
        count += connection.execute(sql, [AS_OF]).fetchall()[0][0]
    return count


def _features(warehouse: Path) -> dict[str, pd.DataFrame]:
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        return {
            name: connection.execute(f"from features.{name} order by {', '.join(keys)}").df()
            for name, keys in KEYS.items()
        }


def _same(first: pd.DataFrame, second: pd.DataFrame, keys: list[str]) -> None:
    first, second = (
        table.drop(columns="is_scoring").sort_values(keys, ignore_index=True)
        for table in (first, second)
    )
    # Sums of doubles depend on the order of addition in their last digits.
    pd.testing.assert_frame_equal(first, second, rtol=1e-9, check_dtype=False)


def test_the_features_have_every_column_that_the_models_read(builds: Builds):
    invoice = {*INVOICE_KEYS, *INVOICE_NUMERIC, *INVOICE_CATEGORICAL, *INVOICE_FLAGS, "is_scoring"}
    customer = {*CUSTOMER_KEYS, *CUSTOMER_NUMERIC, *CUSTOMER_CATEGORICAL, "is_scoring"}
    assert set(builds.later[LANDMARKS].columns) == invoice
    assert set(builds.later[MONTHS].columns) == customer


def test_there_was_a_future_to_delete_and_a_past_to_learn_from(builds: Builds):
    assert builds.deleted_rows > 200
    assert len(builds.then[LANDMARKS]) > 500
    assert len(builds.then[MONTHS]) > 200


@pytest.mark.parametrize("table", [LANDMARKS, MONTHS])
def test_features_without_the_future_are_identical(builds: Builds, table: str):
    then, rebuilt = builds.then[table], builds.without_future[table]
    if table == LANDMARKS:
        # An invoice that became known that very day is scored; it is part of what was deleted.
        then = then[then["invoice_id"].isin(builds.known_before)]
    _same(then, rebuilt, KEYS[table])


def test_what_is_scored_is_what_is_later_trained_on(builds: Builds):
    then, later = (
        tables[LANDMARKS][tables[LANDMARKS]["landmark_date"] == pd.Timestamp(AS_OF)]
        for tables in (builds.then, builds.later)
    )
    then, later = (table[table["invoice_id"].isin(builds.known_before)] for table in (then, later))
    assert len(then) > 20
    _same(then, later, KEYS[LANDMARKS])
