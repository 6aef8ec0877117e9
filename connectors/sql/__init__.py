"""Any SQL database as a source: tables or queries mapped to the import contract."""

from connectors.sql.declaration import SqlColumn, SqlEntity, SqlSource
from connectors.sql.loading import NAME, build_source, load_sql

__all__ = ["NAME", "SqlColumn", "SqlEntity", "SqlSource", "build_source", "load_sql"]
