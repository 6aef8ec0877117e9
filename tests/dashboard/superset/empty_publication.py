"""An empty publication built from the contracts of the marts."""

from pathlib import Path

import duckdb
import yaml

from orchestration.publication.about import _TABLES, ABOUT

MODELS = Path(__file__).parents[3] / "dbt_project" / "models" / "marts"


def empty_publication() -> duckdb.DuckDBPyConnection:
    """Every contracted mart with its columns and no row, and what a publication says of itself."""
    connection = duckdb.connect(":memory:")
    connection.execute("create schema marts")
    for path in sorted(MODELS.rglob("_*__models.yml")):
        text = path.read_text(encoding="utf-8")
        for model in yaml.load(text, Loader=yaml.CSafeLoader)["models"]:
            columns = ", ".join(f'"{c["name"]}" {c["data_type"]}' for c in model["columns"])
            connection.execute(f'create table marts."{model["name"]}" ({columns})')
    connection.execute(f"create schema {ABOUT}")
    for table, (_, columns) in _TABLES.items():
        parts = ", ".join(f"{name} {kind}" for name, kind, _ in columns)
        connection.execute(f"create table {ABOUT}.{table} ({parts})")
    return connection
