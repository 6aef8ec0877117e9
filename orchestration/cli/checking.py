"""`encours check`: what would stop a run, found without loading anything.

Belongs here: one line per finding, with its remedy. Does not belong here: the checks of a run.
"""

from __future__ import annotations

import duckdb

from connectors.errors import SourceError
from connectors.files import FilesSource, load_files, planned_files
from orchestration.config import Company
from orchestration.sources import build_sources, files_settings
from outreach.policy import DEFAULT_POLICY_PATH, PolicyError, load_policy


def findings(company: Company) -> list[str]:
    """What is wrong with policy and files; the files are read into memory and thrown away."""
    lines: list[str] = []
    try:
        load_policy(company.policy_path or DEFAULT_POLICY_PATH)
    except PolicyError as error:
        lines += error.problems
    for source in build_sources(company):
        try:
            source.probe()
        except SourceError as error:
            lines.append(str(error))
    files = files_settings(company)
    if files is None:
        return lines
    try:
        planned = planned_files(files)
        lines += _quarantine_lines(files)
    except SourceError as error:
        return [*lines, str(error)]
    if files.needs_invoices and not {file.entity.name for file in planned} & {"payments"}:
        lines.append(f"{files.path} holds no payments. Add payments and payment_allocations.")
    return lines


def _quarantine_lines(files: FilesSource) -> list[str]:
    from datetime import datetime

    connection = duckdb.connect(":memory:")
    try:
        # Any load time serves: what is read here is kept nowhere.
        load_files(connection, files, datetime(2000, 1, 1))  # noqa: DTZ001
        faults = connection.execute(
            "select file, line, column_name, raw_value, reason from raw_files._quarantine"
            " order by entity, line limit 50"
        ).fetchall()
    finally:
        connection.close()
    return [
        f"{file} line {line}: {_where(column, value)}{reason.replace('_', ' ')}. Correct the row, or leave it"
        " to quarantine."
        for file, line, column, value, reason in faults
    ]


def _where(column: str | None, value: str | None) -> str:
    if column is None:
        return ""
    personal = {"customer_name", "contact_name", "email", "phone"}
    return f"{column}: " if value is None or column in personal else f"{column} '{value}': "
