"""A ledger of files, landed and built by dbt without Dagster, for tests that ask the warehouse."""

import datetime as dt
import json
import os
from pathlib import Path

import duckdb
from dbt.adapters.duckdb.connections import DuckDBConnectionManager
from dbt.cli.main import dbtRunner
from dbt.contracts.graph.manifest import Manifest

from connectors.files import FilesSource, load_files
from orchestration.dbt import FOLDERS, ensure_manifest, manifest_folder
from orchestration.policy import write_policy
from orchestration.warehouse import prepare_schemas
from outreach.policy import DEFAULT_POLICY_PATH

LEDGERS = Path(__file__).parent / "ledgers"
LEDGER_MODELS = [
    "--select",
    "+path:models/marts/receivables",
    "+path:models/marts/retention",
    "+path:models/marts/customers",
    "+fct_suspense",
    "+fct_ledger_differences",
    # Only the invariants of what is built here.
    "--indirect-selection",
    "buildable",
]


LOADED_AT = dt.datetime(2024, 4, 1)


def land(warehouse: Path, source: Path, loaded_at: dt.datetime = LOADED_AT) -> None:
    with duckdb.connect(str(warehouse)) as connection:
        prepare_schemas(connection)
        write_policy(connection, DEFAULT_POLICY_PATH, loaded_at.date())
        load_files(connection, FilesSource(path=source), loaded_at)


def dbt_build(
    warehouse: Path,
    as_of: dt.date,
    *selection: str,
    command: str = "build",
    sources: tuple[str, ...] = ("files",),
    **variables: object,
) -> set[str]:
    """Build models and run their data tests (`build`), or run unit tests (`test`): the names of what ran."""
    ensure_manifest(sources)
    os.environ["ENCOURS_WAREHOUSE"] = str(warehouse)
    manifest = Manifest.from_msgpack(
        (manifest_folder(sources) / "partial_parse.msgpack").read_bytes()
    )
    target = warehouse.parent / "dbt"
    arguments = [
        "--quiet",
        command,
        *FOLDERS,
        "--target-path",
        str(target),
        "--log-path",
        str(target),
    ]
    arguments += [
        "--log-level-file",
        "none",
        *selection,
        "--vars",
        json.dumps({"as_of_date": as_of.isoformat(), "sources": sources, **variables}),
    ]
    try:
        result = dbtRunner(manifest=manifest).invoke(arguments)
    finally:
        DuckDBConnectionManager.close_all_connections()
    outcomes = getattr(result.result, "results", [])
    failed = [
        f"{outcome.node.name}: {outcome.message}"
        for outcome in outcomes
        if str(outcome.status) not in ("success", "pass")
    ]
    assert result.success, failed or result.exception
    return {outcome.node.name for outcome in outcomes}


def rows(warehouse: Path, query: str) -> list[tuple]:
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        return connection.execute(query).fetchall()
