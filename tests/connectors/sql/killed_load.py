"""A load that dies, run by the fault tests as a process of its own: `<point> <warehouse> <folder> <settings>`."""

import json
import os
import signal
import sys
from datetime import datetime
from pathlib import Path
from unittest import mock

import duckdb
from dlt.sources.sql_database import TableLoader

from connectors import landing
from connectors.sql import SqlSource, build_source, loading


def die(*_, **__):
    os.kill(os.getpid(), signal.SIGKILL)


def die_at_call(function, number):
    """`function`, and death instead of its call `number`."""
    calls = iter(range(1, number + 1))

    def counted(*args, **kwargs):
        return die() if next(calls) == number else function(*args, **kwargs)

    return counted


POINTS = {
    "while reading": lambda: mock.patch.object(
        TableLoader, "_convert_result", die_at_call(TableLoader._convert_result, 2)
    ),
    "before dlt moves its files": lambda: mock.patch("dlt.Pipeline.normalize", die),
    "before dlt is done": lambda: mock.patch("dlt.Pipeline.load", die),
    "before landing": lambda: mock.patch.object(loading, "land_entity", die),
    "inside a transaction": lambda: mock.patch.object(landing, "write_manifest_row", die),
    "between two entities": lambda: mock.patch.object(
        loading, "land_entity", die_at_call(loading.land_entity, 2)
    ),
}


if __name__ == "__main__":
    point, warehouse, folder, settings, loaded_at = sys.argv[1:]
    source = build_source(SqlSource.model_validate(json.loads(settings)), Path(folder))
    with duckdb.connect(warehouse) as connection, POINTS[point]():
        source.prepare(connection)
        source.load(connection, datetime.fromisoformat(loaded_at), lambda _: None)
