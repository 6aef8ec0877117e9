"""The real list, written by its renderer and filled in as a team would."""

import csv
import datetime as dt
import io
from decimal import Decimal

from handmade_day import AS_OF, account, make_day
from openpyxl import load_workbook

from outreach.at_risk import ACCOUNT_COLUMNS, at_risk_csv, at_risk_xlsx
from outreach.inbox.meaning import AccountLine

TODAY = AS_OF
SOON = dt.date(2026, 3, 20)
LOOKUP = {
    "c1": (
        AccountLine("i1", "F-100", "EUR", Decimal("1200.50"), True),
        AccountLine("i2", "F-101", "EUR", Decimal("300.00"), True),
        AccountLine("i3", "F-102", "EUR", Decimal("1000.00"), False),
    ),
    "c2": (AccountLine("i4", "F-200", "USD", Decimal("80.00"), True),),
    "c3": (AccountLine("i5", "F-300", "EUR", Decimal("50.00"), False),),
    "=c4": (AccountLine("i6", "F-400", "EUR", Decimal("70.00"), True),),
    "0042": (AccountLine("i7", "F-420", "EUR", Decimal("42.00"), True),),
    "c5": (),
}
COLUMN_OF = {column.key: column for column in ACCOUNT_COLUMNS}


def listed(*customers: str):
    """A day whose list has these customers."""
    return make_day(accounts=[account(rank, name) for rank, name in enumerate(customers, 1)])


def filled_xlsx(cells: dict[str, dict], locale: str = "en", customers=("c1", "c2", "c3")) -> bytes:
    """The workbook of the day with the team's cells, saved by openpyxl."""
    workbook = load_workbook(io.BytesIO(at_risk_xlsx(listed(*customers), locale)))
    sheet = workbook.worksheets[0]
    column = {cell.value: cell.column for cell in next(sheet.iter_rows(min_row=1, max_row=1))}
    for row in sheet.iter_rows(min_row=2):
        customer_id = row[1].value
        for key, value in cells.get(customer_id, {}).items():
            sheet.cell(row[0].row, column[COLUMN_OF[key].heading(locale)]).value = value
    buffer = io.BytesIO()
    workbook.save(buffer)
    return buffer.getvalue()


def filled_csv(
    cells: dict[str, dict], locale: str = "en", customers=("c1", "c2", "c3")
) -> list[list[str]]:
    """The rows of the day's CSV file with the team's cells, headings first."""
    content = at_risk_csv(listed(*customers), locale).decode("utf-8-sig")
    separator = "," if locale == "en" else ";"
    rows = list(csv.reader(io.StringIO(content, newline=""), delimiter=separator))
    for row in rows[1:]:
        for key, value in cells.get(row[1], {}).items():
            row[rows[0].index(COLUMN_OF[key].heading(locale))] = value
    return rows


def as_text(rows: list[list[str]], separator: str = ",", encoding: str = "utf-8") -> bytes:
    """Rows as a file of some program."""
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=separator, lineterminator="\r\n").writerows(rows)
    return text.getvalue().encode(encoding)


def short_csv(*rows: str, headings: str = "") -> bytes:
    """A list with the key and the team's columns only, in English."""
    head = headings or (
        "Customer id;Promised for;Promised amount;Disputed? (yes/no);Comment;Next contact"
    )
    return "\r\n".join([head, *rows, ""]).encode()
