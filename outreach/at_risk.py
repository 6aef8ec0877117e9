"""The daily at-risk list as CSV and as a workbook.

Belongs here: columns, headings, cell types and file forms of the list. Does not belong here:
ranking, reasons, who is on it (dbt).
"""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, Literal

import xlsxwriter

from outreach import words
from outreach.day import DayRows, Locale, Row
from outreach.safe_text import one_line, spreadsheet_text

Kind = Literal["text", "code", "money", "share", "count", "date", "reasons", "blank"]


@dataclass(frozen=True)
class Column:
    """One column of a list: where its value comes from, what it is, how it is headed."""

    key: str
    kind: Kind
    heading_en: str
    heading_fr: str
    width: int

    def heading(self, locale: Locale) -> str:
        """Return the heading in the language of the list."""
        return self.heading_en if locale == "en" else self.heading_fr


@dataclass(frozen=True)
class CsvForm:
    """How a spreadsheet program of one country expects a CSV file."""

    separator: str
    decimal_mark: str
    encoding: str


CSV_FORMS: dict[Locale, CsvForm] = {
    "en": CsvForm(",", ".", "utf-8"),
    # A French Excel splits at semicolons and needs the mark to see UTF-8.
    "fr": CsvForm(";", ",", "utf-8-sig"),
}

ACCOUNT_COLUMNS = (
    Column("rank", "count", "Rank", "Rang", 6),
    Column("customer_id", "text", "Customer id", "Code client", 14),
    Column("customer_name", "text", "Customer", "Client", 30),
    Column("country", "text", "Country", "Pays", 8),
    Column("segment", "text", "Segment", "Segment", 12),
    Column("account_owner", "text", "Account owner", "Responsable", 18),
    Column("open_amount_reporting", "money", "Open", "Encours", 14),
    Column("past_due_amount_reporting", "money", "Past due", "Échu", 14),
    Column("oldest_days_past_due", "count", "Oldest, days past due", "Retard max., jours", 11),
    Column("oldest_invoice_number", "text", "Oldest invoice", "Facture la plus ancienne", 16),
    Column("predicted_payment_date", "date", "Payment expected", "Paiement attendu", 12),
    Column("predicted_p10_date", "date", "At the earliest (10 %)", "Au plus tôt (10 %)", 12),
    Column("predicted_p90_date", "date", "At the latest (90 %)", "Au plus tard (90 %)", 12),
    Column("prediction_method", "code", "Dates rest on", "Dates d'après", 16),
    Column("churn_probability", "share", "Churn risk", "Risque de départ", 9),
    Column("mrr_reporting", "money", "MRR at stake", "MRR en jeu", 12),
    Column("cash_exposure_amount", "money", "Exposure: cash", "Exposition : trésorerie", 12),
    Column("loss_exposure_amount", "money", "Exposure: loss", "Exposition : perte", 12),
    Column("ltv_exposure_amount", "money", "Exposure: revenue", "Exposition : revenu", 12),
    Column("exposure_amount", "money", "Exposure", "Exposition", 12),
    Column("decision", "code", "Today", "Aujourd'hui", 10),
    Column("step", "text", "Step", "Étape", 16),
    Column("channel", "code", "Channel", "Canal", 10),
    Column("tone", "code", "Tone", "Ton", 12),
    Column("hold_reason", "code", "Hold", "Retenue", 22),
    Column("hold_until_date", "date", "Hold until", "Retenue jusqu'au", 12),
    Column("deferred_amount_reporting", "money", "Deferred", "Différé", 12),
    Column("reasons", "reasons", "Why", "Pourquoi", 70),
    Column("contact_name", "text", "Contact", "Contact", 20),
    Column("contact_email", "text", "E-mail", "E-mail", 28),
    Column("contact_phone", "text", "Phone", "Téléphone", 18),
    Column("promised_date", "blank", "Promised for", "Promis pour le", 13),
    Column("is_disputed", "blank", "Disputed? (yes/no)", "Litige ? (oui/non)", 12),
    Column("comment", "blank", "Comment", "Commentaire", 40),
    Column("next_contact_date", "blank", "Next contact", "Prochain contact", 13),
)

HOLD_COLUMNS = (
    Column("customer_id", "text", "Customer id", "Code client", 14),
    Column("customer_name", "text", "Customer", "Client", 30),
    Column("invoice_number", "text", "Invoice", "Facture", 16),
    Column("hold_reason", "code", "Hold", "Retenue", 26),
    Column("source_record_id", "text", "Record", "Pièce", 20),
    Column("hold_start_date", "date", "Since", "Depuis", 12),
    Column("hold_until_date", "date", "Until", "Jusqu'au", 12),
    Column("deferred_amount_reporting", "money", "Defers", "Diffère", 14),
)

_CENT = Decimal("0.01")
_EXCEL_FORMATS: dict[str, str] = {
    "money": "#,##0.00",
    "share": "0%",
    "count": "0",
    "date": "yyyy-mm-dd",
}


def cell_value(row: Row, column: Column, locale: Locale) -> Any:
    """Return the typed value of a cell: text made safe, Decimal, int, float, date or None."""
    if column.kind == "blank":
        return None
    if column.kind == "reasons":
        return spreadsheet_text(one_line(words.chosen(row, "reasons", locale)))
    value = row[column.key]
    if value is None:
        return None
    if column.kind == "code":
        return words.word(column.key, value, locale)
    if column.kind == "text":
        return spreadsheet_text(_text(value))
    if column.kind == "money":
        return Decimal(value).quantize(_CENT, ROUND_HALF_UP)
    return value


def csv_bytes(
    rows: Sequence[Row], columns: Sequence[Column], locale: Locale, form: CsvForm | None = None
) -> bytes:
    """Render rows as a CSV file of the locale's form.

    Args:
        rows: one mapping a line, in the order of the file.
        columns: the columns in order.
        locale: language of headings and codes.
        form: separator, decimal mark and encoding; the locale's own when not given.
    """
    form = form or CSV_FORMS[locale]
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=form.separator, lineterminator="\r\n")
    writer.writerow([column.heading(locale) for column in columns])
    for row in rows:
        cells = [cell_value(row, column, locale) for column in columns]
        writer.writerow([_csv_cell(cell, form.decimal_mark) for cell in cells])
    return text.getvalue().encode(form.encoding)


def at_risk_csv(rows: DayRows, locale: Locale) -> bytes:
    """Render the at-risk list as CSV, by rank."""
    return csv_bytes(ranked(rows.accounts), ACCOUNT_COLUMNS, locale)


def at_risk_xlsx(rows: DayRows, locale: Locale) -> bytes:
    """Render the at-risk list as a workbook: the list, and a second sheet for the holds.

    The creation date is that of the business date, so that equal rows give equal bytes.
    """
    buffer = io.BytesIO()
    workbook = xlsxwriter.Workbook(buffer, {"in_memory": True})
    created = dt.datetime.combine(rows.as_of_date, dt.time())
    workbook.set_properties({"title": "Encours", "created": created})
    formats = {kind: workbook.add_format({"num_format": f}) for kind, f in _EXCEL_FORMATS.items()}
    # The team's own columns are dates to type in; a tint shows where to write.
    formats["blank"] = workbook.add_format({"bg_color": "#FFF8E1", "num_format": "yyyy-mm-dd"})
    formats["reasons"] = workbook.add_format({"text_wrap": True, "valign": "top"})
    formats["heading"] = workbook.add_format(
        {"bold": True, "text_wrap": True, "valign": "top", "bg_color": "#E3EAF2", "bottom": 1}
    )
    titles = ("At risk", "Holds") if locale == "en" else ("À risque", "Retenues")
    at_risk = workbook.add_worksheet(titles[0])
    _fill(at_risk, ranked(rows.accounts), ACCOUNT_COLUMNS, formats, locale, frozen_columns=3)
    reasons = next(i for i, column in enumerate(ACCOUNT_COLUMNS) if column.kind == "reasons")
    at_risk.write_comment(0, reasons, words.REASONS_LEGEND[locale], {"author": ""})
    _guide_team(at_risk, len(rows.accounts), locale)
    _fill(
        workbook.add_worksheet(titles[1]),
        by_customer(rows.holds),
        HOLD_COLUMNS,
        formats,
        locale,
        frozen_columns=2,
    )
    workbook.close()
    return buffer.getvalue()


def ranked(accounts: Sequence[Row]) -> list[Row]:
    """Return the accounts by rank."""
    return sorted(accounts, key=lambda row: row["rank"])


def by_customer(holds: Sequence[Row]) -> list[Row]:
    """Return the holds by customer, then reason and record."""
    return sorted(
        holds, key=lambda row: (row["customer_id"], row["hold_reason"], row["source_record_id"])
    )


def _fill(
    sheet: Any,
    rows: Sequence[Row],
    columns: Sequence[Column],
    formats: dict[str, Any],
    locale: Locale,
    frozen_columns: int,
) -> None:
    for position, column in enumerate(columns):
        sheet.set_column(position, position, column.width)
        sheet.write_string(0, position, column.heading(locale), formats["heading"])
    for line, row in enumerate(rows, start=1):
        for position, column in enumerate(columns):
            _write_cell(sheet, line, position, cell_value(row, column, locale), formats, column)
    sheet.set_row(0, 32)
    sheet.freeze_panes(1, frozen_columns)
    sheet.set_landscape()
    sheet.set_paper(8)  # A3
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(0)
    sheet.autofilter(0, 0, max(len(rows), 1), len(columns) - 1)


def _write_cell(
    sheet: Any, line: int, position: int, value: Any, formats: dict[str, Any], column: Column
) -> None:
    cell_format = formats.get(column.kind)
    if value is None:
        sheet.write_blank(line, position, None, cell_format)
    elif isinstance(value, dt.date):
        sheet.write_datetime(line, position, dt.datetime.combine(value, dt.time()), formats["date"])
    elif isinstance(value, str):
        sheet.write_string(line, position, value, cell_format)
    else:
        sheet.write_number(line, position, value, cell_format)


def _guide_team(sheet: Any, count: int, locale: Locale) -> None:
    """Let the team's date columns take dates only and the dispute column yes or no."""
    last = max(count, 1)
    for position, column in enumerate(ACCOUNT_COLUMNS):
        if column.key in {"promised_date", "next_contact_date"}:
            rule = {"validate": "date", "criteria": ">", "value": dt.date(2000, 1, 1)}
            sheet.data_validation(1, position, last, position, rule)
        elif column.key == "is_disputed":
            answers = ["yes", "no"] if locale == "en" else ["oui", "non"]
            sheet.data_validation(
                1, position, last, position, {"validate": "list", "source": answers}
            )


def _csv_cell(value: Any, decimal_mark: str) -> str:
    if value is None:
        return ""
    if isinstance(value, dt.date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return f"{value:f}".replace(".", decimal_mark)
    if isinstance(value, float):
        return f"{value:.4f}".replace(".", decimal_mark)
    return str(value)


def _text(value: object) -> str:
    """Return text on one line, but keep an opening control character for the leading quote."""
    text = str(value)
    return f"'{one_line(text)}" if text.startswith(("\t", "\r", "\n")) else one_line(text)
