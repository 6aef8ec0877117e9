"""The files: whole, the same for the same specification, and apart from the truth."""

import re
from datetime import date, datetime
from pathlib import Path

import duckdb
import pyarrow.parquet as pq
import pytest

from connectors.contract import ENTITIES
from connectors.files import FilesSource, load_files
from connectors.simulator import (
    SimulationSpec,
    read_truth,
    simulate,
    write_company,
    write_truth,
)

ROOT = Path(__file__).parents[3]
END = date(2026, 6, 30)
LOADED_AT = datetime(2026, 7, 1, 6)


def contents(folder):
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


@pytest.mark.parametrize("file_format", ["csv", "parquet"])
def test_the_same_specification_gives_the_same_bytes(tmp_path, file_format):
    for name in ("one", "two"):
        company = simulate(SimulationSpec(customers=80, end_date=END))
        write_company(company, tmp_path / name, file_format)
        write_truth(company, tmp_path / f"{name} truth")
    assert contents(tmp_path / "one") == contents(tmp_path / "two")
    assert contents(tmp_path / "one truth") == contents(tmp_path / "two truth")


def test_another_seed_gives_another_company(small, tmp_path):
    other = simulate(SimulationSpec(customers=80, seed=2, end_date=END))
    assert not other.entities["invoices"].equals(small.entities["invoices"])


def test_there_is_one_file_per_entity_with_the_columns_of_the_contract(small, tmp_path):
    paths = write_company(small, tmp_path)
    assert [path.name for path in paths] == [f"{name}.csv" for name in ENTITIES]
    for path in paths:
        heading = path.read_text(encoding="utf-8").split("\n", 1)[0]
        assert heading == ",".join(ENTITIES[path.stem].column_names)


def test_dates_amounts_and_moments_are_written_as_the_contract_says(small, tmp_path):
    write_company(small, tmp_path)
    row = (tmp_path / "payments.csv").read_text(encoding="utf-8").split("\n")[1].split(",")
    assert re.fullmatch(r"\d{4}-\d\d-\d\d", row[2])
    assert re.fullmatch(r"-?\d+\.\d\d", row[4])
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", row[-1])


def test_parquet_holds_the_same_rows_as_the_company(small, tmp_path):
    write_company(small, tmp_path, "parquet")
    for name, rows in small.entities.items():
        assert pq.read_table(tmp_path / f"{name}.parquet").num_rows == rows.num_rows


def test_another_format_is_refused(small, tmp_path):
    with pytest.raises(ValueError, match="file_format must be csv or parquet, got 'xlsx'"):
        write_company(small, tmp_path, "xlsx")


def test_a_failed_write_leaves_the_old_file_and_no_rest(small, tmp_path, monkeypatch):
    (tmp_path / "customers.csv").write_text("old", encoding="utf-8")
    monkeypatch.setattr("os.fsync", lambda _: (_ for _ in ()).throw(OSError("disk full")))
    with pytest.raises(OSError, match="disk full"):
        write_company(small, tmp_path)
    assert contents(tmp_path) == {"customers.csv": b"old"}


def test_the_truth_is_written_apart_and_read_back(small, tmp_path):
    write_company(small, tmp_path / "company")
    write_truth(small, tmp_path / "truth")
    assert read_truth(tmp_path / "truth").keys() == small.truth.keys()
    with pytest.raises(FileNotFoundError, match="no truth tables in"):
        read_truth(tmp_path / "company")


def test_nothing_outside_the_simulator_tests_and_benchmarks_reads_the_truth():
    outside = [
        path
        for package in ("connectors", "dashboard", "models_ml", "notebooks", "orchestration",
                        "outreach", "dbt_project")
        for path in (ROOT / package).rglob("*")
        if path.suffix in (".py", ".sql", ".ipynb") and "simulator" not in path.parts
    ]  # fmt: skip
    assert outside
    readers = [path for path in outside if "read_truth" in path.read_text(encoding="utf-8")]
    assert readers == []


def test_loading_sets_aside_the_bad_rows_and_nothing_else(default, tmp_path):
    write_company(default, tmp_path)
    bad = {name: rows.num_rows for name, rows in default.bad_rows.items()}
    assert sum(bad.values()) == 10
    with duckdb.connect() as warehouse:
        rows = load_files(warehouse, FilesSource(path=tmp_path), LOADED_AT)
    assert len(rows) == len(ENTITIES)
    for row in rows:
        assert row.rows_in == row.loaded + row.exact_duplicates + row.quarantined
        assert row.quarantined == bad.get(row.entity, 0)
        assert row.quarantined < 0.01 * row.rows_in
    twice = {row.entity: row.exact_duplicates for row in rows if row.exact_duplicates}
    assert twice == {"payments": 2, "activities": 2, "tickets": 2}


def test_a_clean_company_has_no_bad_rows():
    company = simulate(SimulationSpec(customers=400, months=12, end_date=END, dirty=False))
    assert company.bad_rows == {}
