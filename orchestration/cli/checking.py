"""`encours check`: what would stop a run, found without loading anything.

Belongs here: one line per finding, with its remedy. Does not belong here: the checks of a run, the
proposal of a mapping (`proposing`).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

import duckdb

from connectors.contract import ENTITIES
from connectors.errors import SourceError
from connectors.files import FilesSource, load_files, planned_files
from connectors.tombstones import living_records
from connectors.validation import identifier, quoted
from orchestration.config import Company
from orchestration.late_payment_checks import contradictions, nobody_charged
from orchestration.sources import build_sources, files_settings
from outreach.policy import DEFAULT_POLICY_PATH, PolicyError, load_policy

_LINES = 50
_PERSONAL = {"customer_name", "contact_name", "email", "phone"}


@dataclass
class Report:
    """What a check found.

    Attributes:
        findings: One line each, with the remedy.
        notes: What is as it may be, and worth knowing.
        needs_mapping: The files are not in the contract's own form, and no mapping says in which.
    """

    findings: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    needs_mapping: bool = False


def examine(company: Company) -> Report:
    """What is wrong with policy and files; the files are read into memory and thrown away."""
    report = Report()
    try:
        load_policy(company.policy_path or DEFAULT_POLICY_PATH)
    except PolicyError as error:
        report.findings += error.problems
    report.findings += contradictions(company.config.late_payment)
    for source in build_sources(company):
        try:
            report.notes += source.probe()
        except SourceError as error:
            report.findings.append(str(error))
    files = files_settings(company)
    if files is None:
        return report
    with duckdb.connect(":memory:") as connection:
        try:
            entities = {file.entity.name for file in planned_files(files)}
            _read(connection, company, files, report)
        except SourceError as error:
            report.findings.append(str(error))
            report.needs_mapping = files.mapping is None
            return report
    if files.needs_invoices and "payments" not in entities:
        report.notes.append(
            f"{files.path} holds no payments: every invoice counts as open until there are payments and"
            " payment_allocations."
        )
    return report


def _read(
    connection: duckdb.DuckDBPyConnection, company: Company, files: FilesSource, report: Report
) -> None:
    # Any load time serves: what is read here is kept nowhere.
    loads = load_files(connection, files, datetime(2000, 1, 1))  # noqa: DTZ001
    report.findings += _quarantine_lines(connection)
    [(unreadable,)] = connection.execute(
        "select count(distinct (entity, file, line)) from raw_files._quarantine"
        " where reason = 'malformed_row' or starts_with(reason, 'unreadable')"
    ).fetchall()
    # Most rows cannot be read: the files are fine, what is declared of them is not.
    is_other_form = unreadable * 2 > sum(load.rows_in for load in loads)
    report.needs_mapping = files.mapping is None and is_other_form
    report.notes += [
        f"{load.file}: {', '.join(load.extra_columns)} not used, kept with each row."
        for load in {load.file: load for load in loads}.values()
        if load.extra_columns
    ]
    report.notes += _unread_lines(files)
    report.notes += _unknown_customers(connection)
    report.notes += nobody_charged(connection, company.config.late_payment)
    report.notes += _missing_lines(connection, company, sorted({load.entity for load in loads}))


def _quarantine_lines(connection: duckdb.DuckDBPyConnection) -> list[str]:
    faults = connection.execute(
        "select file, line, column_name, raw_value, reason, count(*) over () from raw_files._quarantine"
        f" order by entity, file, line limit {_LINES}"
    ).fetchall()
    lines = [
        f"{file} line {line}: {_where(column, value)}{reason.replace('_', ' ')}. Correct the row, or leave it"
        " to quarantine."
        for file, line, column, value, reason, _ in faults
    ]
    if faults and faults[0][-1] > _LINES:
        lines.append(f"{faults[0][-1] - _LINES} more. Correct their form first.")
    return lines


def _where(column: str | None, value: str | None) -> str:
    if column is None:
        return ""
    return f"{column}: " if value is None or column in _PERSONAL else f"{column} '{value}': "


def _unread_lines(files: FilesSource) -> list[str]:
    """Files of the folder that nothing reads: an export in a form that is not read must not be missed."""
    if not files.path.is_dir():
        return []
    read = {file.path.resolve() for file in planned_files(files)}
    unread = sorted(
        path.name
        for path in files.path.iterdir()
        if path.is_file() and not path.name.startswith(".") and path.resolve() not in read
    )
    return [f"not read: {', '.join(unread)}."] if unread else []


def _unknown_customers(connection: duckdb.DuckDBPyConnection) -> list[str]:
    """Invoices whose customers the customers' file does not know: two exports with ids of their own."""
    [(known, named, listed)] = connection.execute(
        "select count(*) filter (where customers.customer_id is not null), count(*),"
        " (select count(*) from raw_files.customers)"
        " from (select distinct customer_id from raw_files.invoices) as invoices"
        " left join (select distinct customer_id from raw_files.customers) as customers using (customer_id)"
    ).fetchall()
    if not listed or known == named:
        return []
    return [
        f"{named - known} of {named} customers of the invoices are not among the {listed} customers: they"
        " count by the id on their invoices. If both files mean the same customers, map the same heading"
        " (code or name) to customer_id in both."
    ]


def _missing_lines(
    connection: duckdb.DuckDBPyConnection, company: Company, entities: list[str]
) -> list[str]:
    """Records of earlier loads that these files no longer hold."""
    if not company.warehouse.exists():
        return []
    try:
        connection.execute(f"attach {quoted(str(company.warehouse))} as known (read_only)")
    except duckdb.Error:
        return [f"{company.warehouse.name} is in use: not compared with earlier loads."]
    lines = []
    for name in entities:
        keys = ", ".join(identifier(column) for column in ENTITIES[name].key)
        table = f"raw_files.{name}"
        known = living_records(f"known.{table}", ENTITIES[name])
        try:
            [(missing,)] = connection.execute(
                f"select count(*) from ({known}) anti join {table} using ({keys})"
            ).fetchall()
        except duckdb.Error:
            # A warehouse of an earlier version, or one that never loaded files.
            continue
        if missing:
            lines.append(
                f"{missing:,} {name} of earlier loads are not in these files and stay as they are."
                " If the export holds everything, declare is_complete = true."
            )
    return lines
