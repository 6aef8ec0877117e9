"""A PostgreSQL server for the session, a database of its own for every test."""

import datetime as dt
import itertools
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pytest
import sqlalchemy as sa

from connectors.sql import SqlSource, build_source
from tests.postgres_rig import PostgresServer, postgres_server, require_server

LOADED_AT = dt.datetime(2026, 3, 2, 6, 0)
URL_ENV = "ENCOURS_SQL_URL"
_NUMBERS = itertools.count(1)


@dataclass
class Rig:
    """A database on the server, a warehouse, and what loads one into the other."""

    server: PostgresServer
    name: str
    engine: sa.Engine
    warehouse: duckdb.DuckDBPyConnection
    folder: Path
    first_load: dt.datetime = LOADED_AT

    def sql(self, text, **values):
        """Run statements on the server, committed; rows of the last one that gives some."""
        with self.engine.begin() as connection:
            result = connection.execute(sa.text(text), values)
            return [tuple(row) for row in result] if result.returns_rows else []

    def load(self, day=0, said=None, timezone="UTC", **entities):
        """Load the mapped entities `day` days after the first load; manifest rows by entity."""
        source = build_source(SqlSource(entities=entities, timezone=timezone), self.folder)
        source.prepare(self.warehouse)
        at = self.first_load + dt.timedelta(days=day)
        progress = said.append if said is not None else lambda _: None
        return {row.entity: row for row in source.load(self.warehouse, at, progress)}

    def raw(self, query):
        return self.warehouse.execute(query).fetchall()

    def state(self, entity="invoices"):
        """Hash of a raw table with its manifest and quarantine left out, and its rows."""
        return self.raw(f"select count(*), bit_xor(hash(t)) from raw_sql.{entity} as t")[0]

    def living(self, entity="invoices", key="invoice_id", columns="invoice_id"):
        """Rows that count: the latest version of what has no tombstone."""
        return self.raw(
            f"select {columns} from (select * from raw_sql.{entity} qualify row_number() over"
            f" (partition by {key} order by _load_id desc, _line desc) = 1)"
            " where not _is_deleted order by all"
        )

    def reasons(self):
        return self.raw(
            "select column_name, raw_value, reason from raw_sql._quarantine order by all"
        )


@pytest.fixture(scope="session")
def server() -> Iterator[PostgresServer]:
    with postgres_server(require_server()) as running:
        yield running


@pytest.fixture
def rig(server, tmp_path, monkeypatch) -> Iterator[Rig]:
    name = f"erp_{os.getpid()}_{next(_NUMBERS)}"
    admin = sa.create_engine(server.url(), poolclass=sa.NullPool, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.exec_driver_sql(f"create database {name}")
    engine = sa.create_engine(server.url(name), poolclass=sa.NullPool)
    monkeypatch.setenv(URL_ENV, server.url(name))
    with duckdb.connect(":memory:") as warehouse:
        yield Rig(server, name, engine, warehouse, tmp_path / "landing")
    engine.dispose()
    with admin.connect() as connection:
        connection.exec_driver_sql(f"drop database {name} with (force)")
