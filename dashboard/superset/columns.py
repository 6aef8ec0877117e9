"""Columns of datasets, as the publication has them now.

Belongs here: asking the publication which columns a dataset has, their types and descriptions.
Does not belong here: Superset; which columns have words of their own (`assets/datasets`).
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import duckdb
from jinja2 import Environment, StrictUndefined

from dashboard.superset.home import SupersetError

Asset = dict[str, Any]
_UNWORDED: Asset = {
    "verbose_name": None,
    "description": None,
    "expression": None,
    "groupby": True,
    "filterable": True,
    "is_active": True,
}


def open_publication(path: Path) -> duckdb.DuckDBPyConnection:
    """Open a publication for reading only; it reads nothing else."""
    return duckdb.connect(
        str(path.resolve()),
        read_only=True,
        config={"enable_external_access": "false", "autoload_known_extensions": "false"},
    )


def reporting_currency(connection: duckdb.DuckDBPyConnection) -> str:
    """The ISO 4217 code of all reporting amounts of a publication."""
    row = connection.execute("select max(reporting_currency) from marts.fct_dso").fetchone()
    return str(row[0]) if row and row[0] else "EUR"


def rendered(sql: str, days: list[str] | None = None) -> str:
    """The SQL of a dataset as Superset sends it with these days chosen in the filter."""
    environment = Environment(undefined=StrictUndefined)  # noqa: S701 - SQL, not HTML
    environment.filters["where_in"] = lambda values: (
        "(" + ", ".join("'" + value.replace("'", "''") + "'" for value in values) + ")"
    )
    template = environment.from_string(sql)
    return template.render(filter_values=lambda *_args, **_options: days or [])


def query_of(dataset: Asset) -> str:
    """What a dataset reads: its SQL, or the whole mart it is named after."""
    if dataset.get("sql"):
        return rendered(dataset["sql"])
    return f'select * from "{dataset["schema"]}"."{dataset["table_name"]}"'


def completed(dataset: Asset, connection: duckdb.DuckDBPyConnection) -> Asset:
    """Return a dataset with every column that the publication has for it, and none that it lost.

    Words, and columns calculated by Superset, stay as the asset has them; type and description come
    from the publication.

    Raises:
        SupersetError: the publication lacks what the dataset reads.
    """
    try:
        found = connection.execute(f"describe {query_of(dataset)}").fetchall()
    except duckdb.Error as error:
        reason = str(error).splitlines()[0].rstrip("!.")
        raise SupersetError(
            f"The publication cannot answer the dataset {dataset['table_name']}: {reason}."
            " Publish a day with this version: `make run`."
        ) from error
    described = _descriptions(connection)
    own = {column["column_name"]: column for column in dataset["columns"]}
    columns = []
    for name, kind, *_ in found:
        # Every key, also where it says nothing: what is absent would keep what it was before.
        column = {**_UNWORDED, "column_name": name, **own.pop(name, {})}
        column.update(type=kind, is_dttm=kind in ("DATE", "TIMESTAMP"))
        column["description"] = column["description"] or described.get(name)
        columns.append(column)
    columns += [column for column in own.values() if column.get("expression")]
    return {**dataset, "columns": columns}


def _descriptions(connection: duckdb.DuckDBPyConnection) -> dict[str, str]:
    """Comments on columns by name, of the marts that agree on one."""
    rows = connection.execute(
        "select column_name, any_value(comment) from duckdb_columns() where schema_name = 'marts'"
        " and comment is not null group by 1 having count(distinct comment) = 1"
    ).fetchall()
    return dict(rows)
