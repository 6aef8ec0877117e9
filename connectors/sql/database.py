"""A database opened for reading: one snapshot of it, its names, its values as text.

Belongs here: the connection, what differs between kinds. Does not belong here: how
rows travel (`extraction`), what columns mean (`declaration`), what errors say (`faults`).
"""

from __future__ import annotations

import os
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from connectors.errors import SourceError
from connectors.sql.declaration import SqlSource
from connectors.sql.faults import named_errors

CONNECT_SECONDS = 15
# What a session is told before it reads: not to write, and to write out values as the contract does.
_SESSIONS = {
    "postgresql": (
        "set local timezone = 'UTC'",
        "set local datestyle = 'ISO, MDY'",
        "set local bytea_output = 'hex'",
        "set local extra_float_digits = 1",
    ),
    "mysql": (
        "set session time_zone = '+00:00'",
        "set session transaction isolation level repeatable read, read only",
        "start transaction with consistent snapshot, read only",
    ),
    "sqlite": ("pragma query_only = on", "begin"),
    "oracle": (
        "set transaction read only",
        "alter session set time_zone = 'UTC' nls_date_format = 'YYYY-MM-DD HH24:MI:SS'"
        " nls_timestamp_format = 'YYYY-MM-DD HH24:MI:SS.FF6' nls_numeric_characters = '.,'",
    ),
}
_SESSIONS["mariadb"] = _SESSIONS["mysql"]
# The package with a driver for a URL that names none; SQLAlchemy's own choice may be another.
_DRIVERS = {"postgresql": "postgresql+psycopg2"}


@dataclass(frozen=True)
class Snapshot:
    """A database as it stood when it was opened; every entity is read from it.

    Attributes:
        connection: An SQLAlchemy connection in one transaction that may only read.
        dialect: SQLAlchemy's name of the database.
        database: Name of the database.
    """

    connection: Any
    dialect: str
    database: str


@contextmanager
def open_snapshot(source: SqlSource) -> Iterator[Snapshot]:
    """Connect to the source's database in one transaction that only reads.

    Raises:
        SourceError: The URL is missing or wrong, its driver is not installed, or the database
            refuses.
    """
    import sqlalchemy as sa

    engine = _engine(source)
    dialect = engine.dialect.name
    try:
        with named_errors(source), engine.connect() as connection:
            if dialect == "postgresql":
                connection = connection.execution_options(
                    isolation_level="REPEATABLE READ", postgresql_readonly=True
                )
            for statement in _SESSIONS.get(dialect, ()):
                connection.exec_driver_sql(statement)
            yield Snapshot(connection, dialect, engine.url.database or "")
            # Nothing was written; a database that broke off its transaction must not say so now.
            with suppress(sa.exc.SQLAlchemyError):
                connection.rollback()
    finally:
        engine.dispose()


def _engine(source: SqlSource) -> Any:
    import sqlalchemy as sa

    text = os.environ.get(source.url_env, "")
    if not text:
        raise SourceError(
            f"Environment variable {source.url_env} is not set.",
            "Set it to the database's URL: postgresql://<user>:<password>@<host>/<database>.",
        )
    try:
        url = sa.engine.make_url(text)
    except (sa.exc.ArgumentError, ValueError):
        raise SourceError(
            f"Environment variable {source.url_env} does not hold a database URL.",
            "Write <kind>://<user>:<password>@<host>:<port>/<database>, special characters as %XX.",
        ) from None
    url = url.set(drivername=_DRIVERS.get(url.drivername, url.drivername))
    backend = url.get_backend_name()
    if backend == "sqlite" and url.database and not Path(url.database).is_file():
        # The driver would make an empty database there.
        raise SourceError(
            f"The SQLite file of {source.url_env} does not exist.", "Correct its path."
        )
    arguments = (
        {"connect_timeout": CONNECT_SECONDS}
        if backend in ("postgresql", "mysql", "mariadb")
        else {}
    )
    try:
        return sa.create_engine(
            url, poolclass=sa.pool.NullPool, hide_parameters=True, connect_args=arguments
        )
    except (sa.exc.NoSuchModuleError, ImportError):
        raise SourceError(
            f"No driver for the kind of database in {source.url_env} is installed.",
            "Install one, and name it in the URL: connectors/sql/README.md lists them.",
        ) from None


def columns_of(snapshot: Snapshot, entity: str, table: str, schema: str | None) -> dict[str, Any]:
    """The columns of a table or view with their types; names come from the database itself.

    Raises:
        SourceError: There is no such schema, table or view; the message lists what exists.
    """
    import sqlalchemy as sa

    inspector = sa.inspect(snapshot.connection)
    with warnings.catch_warnings():
        # A type SQLAlchemy does not know is text to us like every other.
        warnings.simplefilter("ignore", sa.exc.SAWarning)
        if not inspector.has_table(table, schema=schema):
            raise _missing_table(inspector, entity, table, schema)
        return {
            str(column["name"]): column["type"]
            for column in inspector.get_columns(table, schema=schema)
        }


def _missing_table(inspector: Any, entity: str, table: str, schema: str | None) -> SourceError:
    schemas = inspector.get_schema_names()
    if schema and schema not in schemas:
        return SourceError(
            f"The database has no schema '{schema}', which {entity} names.", _choice(schemas)
        )
    names = [*inspector.get_table_names(schema), *inspector.get_view_names(schema)]
    where = f"schema '{schema}'" if schema else "its default schema"
    return SourceError(
        f"The database has no table or view '{table}' in {where}, which {entity} names.",
        _choice(names),
    )


def _choice(names: list[str]) -> str:
    shown = ", ".join(sorted(names)[:20])
    more = f" and {len(names) - 20} more" if len(names) > 20 else ""
    return f"It has: {shown}{more}." if names else "The user sees none there: grant it access."


def missing_column(entity: str, place: str, column: str, existing: list[str]) -> SourceError:
    """The error for a configured column that the table or query does not have."""
    return SourceError(f"{entity}: {place} has no column '{column}'.", _choice(existing))


def as_text(snapshot: Snapshot, column: Any, kind: Any) -> Any:
    """A column written out by the database itself, so that no digit passes through a float.

    Args:
        snapshot: The open database.
        column: An SQLAlchemy column.
        kind: Its reflected type; that of a query's column is not known.
    """
    import sqlalchemy as sa
    from sqlalchemy.dialects import mssql, postgresql

    if snapshot.dialect == "postgresql" and isinstance(kind, postgresql.MONEY):
        # Money is written with the currency sign of the server's locale.
        column = sa.cast(column, sa.Numeric)
    if snapshot.dialect == "sqlite" and isinstance(kind, sa.LargeBinary):
        return sa.func.hex(column)
    if snapshot.dialect == "mssql":
        # Style 126 is ISO for times; 2 keeps the four decimals of money.
        style = 126 if isinstance(kind, sa.Date | sa.DateTime) else None
        style = 2 if isinstance(kind, mssql.MONEY | mssql.SMALLMONEY) else style
        if style:
            return sa.func.convert(sa.text("nvarchar(40)"), column, sa.literal_column(str(style)))
        return sa.cast(column, sa.Unicode())
    return sa.cast(column, sa.String(4000) if snapshot.dialect == "oracle" else sa.Text)
