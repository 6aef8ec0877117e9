"""From a published day to the files people open: lists, digest, drafts, the CFO's page.

Belongs here: reading the publication into the rows the renderers take. Does not belong here:
deciding (dbt), rendering (`outreach`, `dashboard`). Nothing is sent.
"""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import duckdb

from orchestration.config import Company
from orchestration.late_payment_checks import late_payment_warnings
from orchestration.publishing import Publication
from orchestration.warehouse import reading
from outreach.day import DayRows
from outreach.writing import write_day

CFO_PAGE = "cfo_summary.html"

# What an optional entity is needed for; its absence is said, never read as zero.
_NEEDED_FOR = {
    "payments": "what has been paid (every invoice shows as open)",
    "subscription_versions": "recurring revenue, churn risk and LTV at stake",
    "tickets": "holds for open support tickets",
    "opportunities": "holds while sales negotiates",
    "disputes": "holds for disputed invoices",
    "promises": "promises to pay and broken promises",
    "activities": "last contact and the gap between contacts",
    "contacts": "addresses of reminders and opt-outs",
}

# What stands in for the payment model, and why it had to.
_FALLBACKS = {
    "customer_median": (
        "{count} invoices are dated by their customer's own habit, with wider intervals: the payment"
        " model has too few paid invoices to learn from, or is no better than the habit."
    ),
    "cohort_median": (
        "{count} invoices are dated by the habit of similar customers, with wider intervals: their"
        " customers have paid fewer than three, and no payment model is in use."
    ),
    "nothing": (
        "{count} invoices have no expected payment date: fewer than ten payments are known, too few"
        " to say when the next will come."
    ),
}


def rows_of(connection: duckdb.DuckDBPyConnection, query: str) -> list[dict[str, Any]]:
    """The rows of a query as dictionaries."""
    relation = connection.execute(query)
    names = [column[0] for column in relation.description or []]
    return [dict(zip(names, row, strict=True)) for row in relation.fetchall()]


def missing_sources(connection: duckdb.DuckDBPyConnection) -> dict[str, str]:
    """Optional entities that no source delivered, with what cannot be done without them."""
    loaded = {
        name
        for (name,) in connection.execute(
            "select entity from marts.fct_entity_records where record_count > 0"
        ).fetchall()
    }
    return {entity: purpose for entity, purpose in _NEEDED_FOR.items() if entity not in loaded}


def data_warnings(connection: duckdb.DuckDBPyConnection) -> list[str]:
    """What a reader of the lists must know about the data, in plain words."""
    lines = [
        f"No {entity.replace('_', ' ')}: {purpose} could not be computed."
        for entity, purpose in missing_sources(connection).items()
    ]
    quarantined = rows_of(
        connection,
        "select entity, quarantined from marts.fct_source_loads where quarantined > 0 order by entity",
    )
    if quarantined:
        parts = ", ".join(
            f"{row['entity'].replace('_', ' ')} {row['quarantined']}" for row in quarantined
        )
        lines.append(f"Rows in quarantine, left out: {parts}.")
    # A CRM is full of companies that are no customers: only the doubtful ones are worth a warning.
    suspended = rows_of(
        connection,
        "from marts.fct_suspense where reason <> 'customer_not_linked' order by entity, reason, currency",
    )
    lines += [
        f"{row['record_count']} {row['entity'].replace('_', ' ')} in {row['currency']} are left out:"
        f" {row['reason'].replace('_', ' ')}."
        for row in suspended
    ]
    doubtful = rows_of(
        connection,
        "select source_name, count(distinct party_id) as parties from marts.fct_identity_unresolved"
        " where candidate_customer_id is not null group by source_name order by source_name",
    )
    lines += [
        f"{row['parties']} parties of {row['source_name']} may be customers and are not linked:"
        " `encours desk identity` lists them."
        for row in doubtful
    ]
    differences = rows_of(
        connection,
        "select entity, reason, currency, count(*) as record_count, sum(abs(difference_amount)) as amount"
        " from marts.fct_ledger_differences group by all order by entity, reason, currency",
    )
    lines += [
        f"{row['record_count']} {row['entity'].replace('_', ' ')} contradict other records by"
        f" {row['amount']:,.2f} {row['currency']} and count as they stand: {row['reason'].replace('_', ' ')}."
        for row in differences
    ]
    fallbacks = rows_of(
        connection,
        "select if(p_unpaid_120d is null, 'nothing', method) as basis, count(*) as invoices"
        " from marts.fct_invoice_predictions where method <> 'hazard' group by basis order by basis",
    )
    lines += [_FALLBACKS[row["basis"]].format(count=row["invoices"]) for row in fallbacks]
    drifted = rows_of(
        connection,
        "select model, string_agg(replace(feature, '_', ' '), ', ' order by psi desc) as features"
        " from marts.fct_model_drift where is_severe group by model order by model",
    )
    lines += [
        f"The model of {row['model'].replace('_', ' ')} was trained on other figures than today's"
        f" ({row['features']}): train again."
        for row in drifted
    ]
    return lines


def day_rows(
    company: Company, connection: duckdb.DuckDBPyConnection, publication: Publication
) -> DayRows:
    """The decided rows of a published day."""
    day = f"where as_of_date = date '{publication.as_of_date.isoformat()}'"

    def rows(table: str, order: str) -> list[dict[str, Any]]:
        return rows_of(connection, f"select * from marts.{table} {day} order by {order}")

    totals = rows("fct_collections_days", "as_of_date")
    lines = data_warnings(connection) + late_payment_warnings(connection, publication.as_of_date)
    return DayRows(
        as_of_date=publication.as_of_date,
        company_name=company.config.company.name,
        reporting_currency=company.config.company.reporting_currency,
        accounts=rows("fct_at_risk_accounts", "rank"),
        holds=rows("fct_holds", "all"),
        batch=rows("fct_reminder_batch", "customer_id"),
        batch_lines=rows("fct_reminder_batch_invoices", "customer_id, invoice_id"),
        broken_promises=rows("fct_broken_promises", "all"),
        totals=totals[0],
        warnings=[{"message": line} for line in lines],
        landing=rows("fct_cash_landing", "horizon_date"),
    )


def emit_day(company: Company, publication: Publication) -> list[Path]:
    """Write `out/<as_of_date>/` from a publication; the same publication gives the same bytes.

    Returns:
        The day's files, sorted.
    """
    from dashboard import write_cfo_summary

    locale = company.config.company.locale
    with reading(publication.database) as connection:
        rows = day_rows(company, connection, publication)
    with tempfile.TemporaryDirectory(prefix="encours-") as folder:
        page = write_cfo_summary(
            publication.database,
            publication.as_of_date,
            company.config.company.name,
            locale,
            Path(folder) / CFO_PAGE,
        )
        extra = {CFO_PAGE: page.read_bytes()}
    return write_day(rows, company.out, locale, extra)


def is_emitted(company: Company, publication: Publication) -> bool:
    """Whether the day's folder was written from this publication."""
    note = company.out / ".emitted" / publication.as_of_date.isoformat()
    return note.exists() and note.read_text(encoding="utf-8") == publication.folder.name


def mark_emitted(company: Company, publication: Publication) -> None:
    """Remember that the day's folder holds this publication."""
    note = company.out / ".emitted" / publication.as_of_date.isoformat()
    note.parent.mkdir(parents=True, exist_ok=True)
    note.write_text(publication.folder.name, encoding="utf-8")
