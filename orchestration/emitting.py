"""From a published day to the files people open: lists, digest, drafts, the CFO's cockpit.

Belongs here: reading the publication into the rows the renderers take. Does not belong here:
deciding (dbt), rendering (`outreach`, `dashboard`). Nothing is sent.
"""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import duckdb

from orchestration.config import Company
from orchestration.data_warnings import data_warnings
from orchestration.late_payment_checks import late_payment_warnings
from orchestration.publishing import Publication
from orchestration.stages import remark
from orchestration.warehouse import reading, rows_of
from outreach.day import DayRows
from outreach.writing import write_day

COCKPIT = "cockpit.html"
PACK = "month_end_pack.pdf"


def read_day(company: Company, publication: Publication) -> DayRows:
    """The decided rows of a published day, for its files and its messages alike."""
    with reading(publication.database) as connection:
        return _day_rows(company, connection, publication)


def _day_rows(
    company: Company, connection: duckdb.DuckDBPyConnection, publication: Publication
) -> DayRows:
    day = f"where as_of_date = date '{publication.as_of_date.isoformat()}'"

    def rows(table: str, order: str) -> list[dict[str, Any]]:
        return rows_of(connection, f"select * from marts.{table} {day} order by {order}")

    totals = rows("fct_collections_days", "as_of_date")
    locale = company.config.company.locale
    lines = data_warnings(connection, locale)
    lines += late_payment_warnings(connection, publication.as_of_date, locale)
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
        charges=rows("fct_late_payment_charges", "customer_id, invoice_id"),
        interest=rows("fct_late_payment_interest", "customer_id, invoice_id, period_start_date"),
        sender=company.config.sender,
    )


def emit_day(company: Company, publication: Publication, rows: DayRows) -> list[Path]:
    """Write `out/<as_of_date>/` from a publication; the same publication gives the same bytes.

    The last day of a month has the cockpit as PDF too. Where this machine cannot make one, the day
    goes without, and the run says so.

    Args:
        company: The company.
        publication: The day, for the cockpit and its PDF.
        rows: Its decided rows, of `read_day`.

    Returns:
        The day's files, sorted.
    """
    from dashboard import PaperError, is_month_end, write_cockpit, write_pack

    day, name = publication.as_of_date, company.config.company.name
    locale = company.config.company.locale
    with tempfile.TemporaryDirectory(prefix="encours-") as folder:
        page = write_cockpit(publication.database, day, name, locale, Path(folder) / COCKPIT)
        extra = {COCKPIT: page.read_bytes()}
        if is_month_end(day):
            try:
                pack = write_pack(publication.database, day, name, locale, Path(folder) / PACK)
                extra[PACK] = pack.read_bytes()
            except PaperError as error:
                remark(f"No month-end pack was written: {error}.")
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
