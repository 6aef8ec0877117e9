"""Schema `identity` of the warehouse: derived tables, replaced at every run.

Belongs here: their columns. Does not belong here: what fills them (`resolution`).
"""

from __future__ import annotations

import duckdb

SCHEMA = "identity"
TABLES = {
    "customer_links": (
        "source varchar, party_id varchar, customer_id varchar, method varchar, confidence double,"
        " evidence varchar"
    ),
    "doubtful": (
        "source varchar, party_id varchar, candidate_customer_id varchar, method varchar,"
        " confidence double, evidence varchar, reason varchar"
    ),
    "unmatched": "source varchar, party_id varchar, party_name varchar, reason varchar",
}


def prepare_identity(connection: duckdb.DuckDBPyConnection) -> None:
    """Create the tables of schema `identity` where absent.

    Args:
        connection: The warehouse, writable.
    """
    connection.execute(f"create schema if not exists {SCHEMA}")
    for name, columns in TABLES.items():
        connection.execute(f"create table if not exists {SCHEMA}.{name} ({columns})")
