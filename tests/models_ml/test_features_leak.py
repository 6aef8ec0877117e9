"""Nothing from the future: features rebuilt without it are identical.

A small simulated company is built with dbt as of a day in its past, which is also a landmark of the
training grid. What became known on or after that day is then deleted, and the features rebuilt; and
the company is built as of a later day, to compare what was scored with what is trained on. Payments of
some weeks are then recorded a week late, and the features rebuilt once more.
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
import yaml

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
from orchestration.warehouse import prepare_schemas

ROOT = Path(__file__).parents[2]
END = date(2026, 6, 30)
# 2000-01-01 + 17 x 566 days.
AS_OF = date(2026, 5, 6)
# Payments of these days are recorded a week late.
LATE_FROM, LATE_TO = date(2026, 2, 1), date(2026, 4, 20)
LANDMARKS = "feat_invoice_landmarks"
MONTHS = "feat_customer_months"
LANDING = {
    "feat_landing_parts": ["landmark_date", "invoice_id", "days_before_last_due"],
    "feat_contracted_invoices": ["landmark_date", "subscription_id", "invoice_date"],
}
KEYS = {
    LANDMARKS: ["landmark_date", "invoice_id"],
    MONTHS: ["as_of_date", "customer_id"],
    **LANDING,
}


@dataclass(frozen=True)
class Builds:
    """Feature tables by name, of each build."""

    then: dict[str, pd.DataFrame]
    without_future: dict[str, pd.DataFrame]
    later: dict[str, pd.DataFrame]
    recorded_late: dict[str, pd.DataFrame]
    late_payments: pd.DataFrame
    """Invoices paid whole on one of the late days: invoice_id, paid_date, once known on that day."""
    columns: set[tuple[str, str]]
    """Of every table of the features."""
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
        prepare_schemas(connection)
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
    without_future = _features(warehouse)
    with duckdb.connect(str(warehouse)) as connection:
        columns = connection.execute(
            "select table_name, column_name from information_schema.columns"
            " where table_schema = 'features'"
        ).fetchall()
        late_payments = _record_late(connection)
    _dbt_run(folder, AS_OF, rebuilt, "--exclude", canonical)
    late = _features(warehouse)
    return Builds(then, without_future, later, late, late_payments, set(columns), deleted, names)


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


def _record_late(connection: duckdb.DuckDBPyConnection) -> pd.DataFrame:
    paid = connection.execute(
        "select invoice_id, reduced_date as paid_date from features.feat_invoice_spells"
        " where settled_as = 'paid' and known_from = reduced_date and paid_amount = gross_amount"
        " and reduced_date between ? and ? and invoice_id in ("
        "  select invoice_id from intermediate.int_payment_allocations_unioned"
        "  group by invoice_id having count(*) = 1)",
        [LATE_FROM, LATE_TO],
    ).df()
    connection.execute(
        "update intermediate.int_payments_unioned"
        " set known_date = payment_date + 7, recorded_at = payment_date + 7"
        " where payment_date between ? and ? and known_date = payment_date",
        [LATE_FROM, LATE_TO],
    )
    return paid


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
    customer = {*CUSTOMER_KEYS, *CUSTOMER_NUMERIC, *CUSTOMER_CATEGORICAL}
    customer |= {"is_scoring", "is_under_notice"}
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


@pytest.mark.parametrize("table", LANDING)
def test_what_a_landing_is_forecast_from_knows_no_future(builds: Builds, table: str):
    """Rebuilt without the future, and seen from a later day for the month starts both have."""
    then = builds.then[table]
    assert len(then) > 100
    same = {"rtol": 1e-9, "check_dtype": False}
    pd.testing.assert_frame_equal(then, builds.without_future[table], **same)  # type: ignore[arg-type]
    later = builds.later[table]
    shared = set(then["landmark_date"]) & set(later["landmark_date"])
    assert len(shared) >= 8
    before, after = (
        part[part["landmark_date"].isin(shared)].reset_index(drop=True) for part in (then, later)
    )
    pd.testing.assert_frame_equal(before, after, **same)  # type: ignore[arg-type]


def test_what_is_scored_is_what_is_later_trained_on(builds: Builds):
    then, later = (
        tables[LANDMARKS][tables[LANDMARKS]["landmark_date"] == pd.Timestamp(AS_OF)]
        for tables in (builds.then, builds.later)
    )
    then, later = (table[table["invoice_id"].isin(builds.known_before)] for table in (then, later))
    assert len(then) > 20
    _same(then, later, KEYS[LANDMARKS])


def _landmarks(table: pd.DataFrame, *, before: date) -> pd.DataFrame:
    return table[table["landmark_date"] <= pd.Timestamp(before)]


def test_a_payment_recorded_late_changes_no_earlier_landmark(builds: Builds):
    known, late = builds.without_future[LANDMARKS], builds.recorded_late[LANDMARKS]
    first, second = (_landmarks(table, before=LATE_FROM) for table in (known, late))
    assert len(first) > 100
    _same(first, second, KEYS[LANDMARKS])
    assert not known.equals(late)


def test_an_invoice_is_open_until_its_payment_is_recorded_however_late(builds: Builds):
    """Paid on a day and recorded a week later: landmarks of that week do not know of it."""
    known, late = (
        table[LANDMARKS].merge(builds.late_payments, on="invoice_id")
        for table in (builds.without_future, builds.recorded_late)
    )
    assert len(builds.late_payments) > 30
    assert (known["landmark_date"] <= known["paid_date"]).all()
    days = (late["landmark_date"] - late["paid_date"]).dt.days
    assert 1 <= days.max() <= 7
    in_between = late[days > 0]
    assert len(in_between) > 10
    assert (in_between["paid_share"] == 0).all()


def test_every_column_of_the_features_is_described_with_a_reason(builds: Builds):
    text = (ROOT / "dbt_project/models/features/_features__models.yml").read_text(encoding="utf-8")
    described = {
        (model["name"], column["name"]): column.get("description", "")
        for model in yaml.safe_load(text)["models"]
        for column in model.get("columns", [])
    }
    assert set(described) == builds.columns
    # What it is, then why a model wants it; a key says that it is one.
    short = [
        name
        for name, words in described.items()
        if len(words.split()) < 3 or not words.endswith((".", "; key"))
    ]
    assert short == []
    models = (LANDMARKS, MONTHS)
    features = [*INVOICE_NUMERIC, *INVOICE_CATEGORICAL, *CUSTOMER_NUMERIC, *CUSTOMER_CATEGORICAL]
    without_reason = [
        (table, column)
        for (table, column), words in described.items()
        if table in models and column in features and words.count(". ") < 1
    ]
    assert without_reason == []
