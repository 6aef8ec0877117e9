"""The desk lists parties in doubt and hands them out for a decision."""

import csv
import datetime as dt

import duckdb
from typer.testing import CliRunner

from orchestration.cli.main import app
from orchestration.templates import configuration_text
from orchestration.warehouse import prepare_schemas


def test_doubtful_parties_are_counted_and_exported_without_a_decision(tmp_path):
    config = tmp_path / "encours.toml"
    config.write_text(configuration_text("Test", "source", dt.date(2026, 1, 1)))
    with duckdb.connect(str(tmp_path / "warehouse.duckdb")) as connection:
        prepare_schemas(connection)
        connection.execute(
            "insert into identity.doubtful values ('hubspot', 'hubspot-1', 'C7', 'normalised_name', 0.6,"
            " 'acme', 'name_only')"
        )

    def desk(*arguments):
        return CliRunner().invoke(
            app, ["desk", "identity", "--config", str(config), *arguments], catch_exceptions=False
        )

    assert "hubspot: 1 parties, name only" in desk().stdout
    path = tmp_path / "doubtful.csv"
    assert f"wrote 1 candidates to {path}" in desk("--export", str(path)).stdout
    with path.open(encoding="utf-8-sig", newline="") as stream:
        [row] = csv.DictReader(stream)
    assert (row["party_id"], row["customer_id"], row["decision"]) == ("hubspot-1", "C7", "")
