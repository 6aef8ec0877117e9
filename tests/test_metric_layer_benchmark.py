"""The benchmark of the metric layer measures a ledger that could have been landed, and a right layer."""

import duckdb
import pytest

from benchmarks.layer.dbt_costs import run_layer
from benchmarks.layer.ledger import AS_OF_DATE, differences, write_ledger
from connectors.contract import ENTITIES
from connectors.files import FilesSource, load_files

CHECKED = ["+fct_open_items", "+fct_aged_balance", "+fct_dso", "+fct_mrr_movements"]


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory):
    path = tmp_path_factory.mktemp("generated") / "warehouse.duckdb"
    write_ledger(path, 2000, seed=1)
    return path


def contents(warehouse, table="raw_files.{}", but="_line, _loaded_at, _extra"):
    """A hash of each entity's rows, whatever their order."""
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        return {
            name: connection.execute(
                f"select count(*), bit_xor(hash(t)) from (select * exclude ({but}) from {table.format(name)}) as t"
            ).fetchall()
            for name in ENTITIES
        }


def test_the_generated_ledger_lands_through_the_files_connector_as_it_is(warehouse, tmp_path):
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        for entity in ENTITIES.values():
            connection.execute(
                f"copy (select {', '.join(entity.column_names)} from raw_files.{entity.name})"
                f" to '{tmp_path}/{entity.name}.parquet'"
            )
    landed = tmp_path / "landed.duckdb"
    with duckdb.connect(str(landed)) as connection:
        manifest = load_files(connection, FilesSource(path=tmp_path), AS_OF_DATE)
    assert {row.entity: row.quarantined for row in manifest} == dict.fromkeys(ENTITIES, 0)
    assert contents(landed) == contents(warehouse)


def test_every_entity_has_rows(warehouse):
    assert min(rows for [(rows, _)] in contents(warehouse).values()) > 0


def test_a_seed_gives_one_ledger_and_another_seed_another(warehouse, tmp_path):
    write_ledger(tmp_path / "same.duckdb", 2000, seed=1)
    write_ledger(tmp_path / "other.duckdb", 2000, seed=2)
    assert contents(tmp_path / "same.duckdb") == contents(warehouse)
    assert contents(tmp_path / "other.duckdb")["payments"] != contents(warehouse)["payments"]


def test_a_layer_that_is_a_cent_off_is_no_result(warehouse):
    cost = run_layer(warehouse, AS_OF_DATE, ["--select", *CHECKED])
    assert cost.models["fct_open_items"].rows > 0
    assert differences(warehouse) == []
    with duckdb.connect(str(warehouse)) as connection:
        [(invoice,)] = connection.execute(
            f"select min(invoice_id) from marts.fct_open_items where as_of_date = date '{AS_OF_DATE}'"
        ).fetchall()
        connection.execute(
            "update marts.fct_open_items set open_amount = open_amount + 0.01"
            f" where as_of_date = date '{AS_OF_DATE}' and invoice_id = '{invoice}' and instalment_no = 1"
        )
    [difference] = differences(warehouse)
    assert difference.startswith(f"open invoices on {AS_OF_DATE}")
