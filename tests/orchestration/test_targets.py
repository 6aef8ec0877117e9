"""Targets and benchmarks: what may be entered, and the rows they become."""

import datetime as dt
from decimal import Decimal

import duckdb
import pytest

from orchestration.config import ConfigError, load_company
from orchestration.warehouse import prepare_schemas
from orchestration.yardsticks import write_yardsticks

CONFIG = """
[company]
name = "Exemple"
reporting_currency = "CHF"
[sources.files]
path = "source"
"""
BENCHMARK = """
[[benchmarks]]
metric = "on_time_rate_value"
value = 0.455
population = "France, all companies"
source = "A study, page 3"
source_date = 2026-01-15
"""


@pytest.fixture
def config_of(tmp_path):
    def read(text):
        path = tmp_path / "encours.toml"
        path.write_text(CONFIG + text)
        return load_company(path).config

    return read


def rows(connection, table):
    return connection.execute(f"from raw_company.{table} order by all").fetchall()


def test_targets_become_rows_exact_to_the_cent_in_the_reporting_currency(config_of):
    config = config_of(
        "[targets]\ndso_rolling_3m = 40\n[targets.cash]\n2026-11 = 2700000.10\n" + BENCHMARK
    )
    with duckdb.connect() as connection:
        assert write_yardsticks(connection, config) == {"targets": 2, "benchmarks": 1}
        assert rows(connection, "targets") == [
            ("cash", dt.date(2026, 11, 1), Decimal("2700000.10"), "money", "CHF"),
            ("dso_rolling_3m", None, Decimal("40.00"), "days", None),
        ]
        [benchmark] = rows(connection, "benchmarks")
        assert benchmark[:3] == ("on_time_rate_value", Decimal("0.455000"), "rate")


def test_what_is_taken_out_of_the_configuration_is_gone_at_the_next_run(config_of):
    with duckdb.connect() as connection:
        write_yardsticks(connection, config_of("[targets]\ndso_rolling_3m = 40\n" + BENCHMARK))
        write_yardsticks(connection, config_of(""))
        assert rows(connection, "targets") == rows(connection, "benchmarks") == []


def test_a_warehouse_that_never_saw_a_target_has_the_tables(config_of):
    with duckdb.connect() as connection:
        prepare_schemas(connection)
        assert rows(connection, "targets") == rows(connection, "benchmarks") == []
        write_yardsticks(connection, config_of("[targets]\ndso_rolling_3m = 40\n"))
        prepare_schemas(connection)
        assert len(rows(connection, "targets")) == 1


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("[targets.cash]\n2026-13 = 1\n", "targets.cash.2026-13"),
        ("[targets.cash]\n2026-11 = 0\n", "targets.cash.2026-11"),
        ("[targets]\ndso = 40\n", "'targets.dso' is not a known key"),
        ("[targets]\ndso_rolling_3m = -4\n", "targets.dso_rolling_3m"),
        (BENCHMARK.replace('source = "A study, page 3"\n', ""), "'benchmarks.0.source' is missing"),
        (BENCHMARK.replace("A study, page 3", " "), "benchmarks.0.source"),
        (BENCHMARK.replace('population = "France, all companies"\n', ""), "population' is missing"),
        (BENCHMARK.replace("0.455", "45.5"), "write 0.12 for 12 %"),
        (BENCHMARK.replace("on_time_rate_value", "dso"), "known: dso_simple_1m"),
        (BENCHMARK + BENCHMARK, "is there twice"),
    ],
)
def test_what_cannot_be_meant_is_refused_with_its_place(config_of, text, complaint):
    with pytest.raises(ConfigError) as refused:
        config_of(text)
    assert complaint in str(refused.value)
