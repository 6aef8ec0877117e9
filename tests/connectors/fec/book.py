"""Small books written line by line, in every spelling that packages use."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path

import duckdb

from connectors.fec import FecReport, FecSource, last_report, load_fec

LOADED_AT = dt.datetime(2024, 4, 1, 6, 0)
HEADER = [
    *("JournalCode", "JournalLib", "EcritureNum", "EcritureDate", "CompteNum", "CompteLib"),
    *("CompAuxNum", "CompAuxLib", "PieceRef", "PieceDate", "EcritureLib", "Debit", "Credit"),
    *("EcritureLet", "DateLet", "ValidDate", "Montantdevise", "Idevise"),
]


@dataclass
class Line:
    """One row; an amount above zero is a debit."""

    account: str
    amount: str
    customer: str = ""
    label: str = ""
    piece: str = ""
    lettering: str = ""
    due: str = ""


@dataclass
class Book:
    """The entries of one year."""

    rows: list[dict[str, str]] = field(default_factory=list)
    numbers: int = 0

    def entry(
        self, date: str, *lines: Line, journal: str = "OD", number: str | None = None
    ) -> Book:
        self.numbers += 1
        for line in lines:
            amount = Decimal(line.amount)
            text = str(abs(amount)).replace(".", ",")
            self.rows.append(
                {
                    "JournalCode": journal,
                    "JournalLib": f"JOURNAL {journal}",
                    "EcritureNum": str(self.numbers) if number is None else number,
                    "EcritureDate": date,
                    "CompteNum": line.account,
                    "CompteLib": f"COMPTE {line.account}",
                    "CompAuxNum": line.customer,
                    "CompAuxLib": f"CLIENT {line.customer}" if line.customer else "",
                    "PieceRef": line.piece or f"P{self.numbers}",
                    "PieceDate": date,
                    "EcritureLib": line.label or "X",
                    "Debit": text if amount >= 0 else "0,00",
                    "Credit": text if amount < 0 else "0,00",
                    "EcritureLet": line.lettering,
                    "DateLet": "",
                    "ValidDate": "20240331",
                    "Montantdevise": "",
                    "Idevise": "",
                    "DateLimitReglmt": line.due,
                }
            )
        return self

    def sale(self, date: str, customer: str, net: str, **how: str) -> Book:
        """An invoice (a credit note where `net` is negative) with 20 % VAT."""
        tax = Decimal(net) * Decimal("0.2")
        return self.entry(
            date,
            Line("411000", str(Decimal(net) + tax), customer, **how),
            Line("701000", str(-Decimal(net))),
            Line("445710", str(-tax)),
            journal="VE",
        )

    def receipt(self, date: str, customer: str, amount: str, **how: str) -> Book:
        """Cash in; out where the amount is negative."""
        return self.entry(
            date,
            Line("512000", amount),
            Line("411000", str(-Decimal(amount)), customer, **how),
            journal="BQ",
        )

    def text(
        self,
        separator: str = "\t",
        line_end: str = "\r\n",
        headings: list[str] | None = None,
        is_trailing: bool = False,
    ) -> str:
        headings = headings or HEADER
        lines = [headings, *([row[name] for name in headings] for row in self.rows)]
        end = separator if is_trailing else ""
        return "".join(separator.join(cells) + end + line_end for cells in lines)

    def write(
        self,
        folder: Path,
        name: str = "123456789FEC20231231.txt",
        encoding: str = "utf-8",
        headings: list[str] | None = None,
    ) -> Path:
        folder.mkdir(exist_ok=True)
        path = folder / name
        path.write_bytes(self.text(headings=headings).encode(encoding))
        return path


class Rebuilt:
    """A loaded book and the questions tests ask it."""

    def __init__(self, path: Path, **settings: object) -> None:
        self.connection = duckdb.connect(":memory:")
        self.path = path
        self.settings = settings
        self.loads = self.load()

    def load(self, loaded_at: dt.datetime = LOADED_AT, **changed: object) -> dict[str, object]:
        declared = {"encoding": "utf-8", "currency": "EUR", **self.settings, **changed}
        source = FecSource(path=self.path, **declared)
        return {row.entity: row for row in load_fec(self.connection, source, loaded_at)}

    def rows(self, query: str) -> list[tuple]:
        return self.connection.execute(query).fetchall()

    @property
    def report(self) -> FecReport:
        report = last_report(self.connection)
        assert report is not None
        return report

    def classes(self) -> list[tuple]:
        return self.rows(
            "select class, cast(amount as varchar) from raw_fec.matching order by _line, part"
        )

    def allocations(self) -> list[tuple]:
        """Invoice number, payment date, amount, tier; oldest first."""
        return self.rows(
            "select coalesce(invoices.invoice_number, invoices.invoice_id), cast(payments.payment_date as varchar),"
            " cast(allocations.amount as varchar), allocations._extra->>'$.matching_tier'"
            " from raw_fec.payment_allocations as allocations"
            " inner join raw_fec.invoices using (invoice_id)"
            " inner join raw_fec.payments as payments using (payment_id)"
            " order by allocations.allocation_date, payments._line, invoices._line, allocations.amount"
        )

    def open_amounts(self) -> dict[str, str]:
        """Customer code to what its invoices owe less what is unapplied, from the landed tables."""
        return dict(
            self.rows(
                "with parts as (select customer_id, gross_amount as amount from raw_fec.invoices"
                " union all select customer_id, -amount from raw_fec.payments"
                " union all select customer_id, -gross_amount from raw_fec.credit_notes"
                " union all select customer_id, -amount from raw_fec.write_offs inner join"
                " (select invoice_id, customer_id from raw_fec.invoices) using (invoice_id))"
                " select substr(customer_id, 5), cast(sum(amount) as varchar) from parts group by 1 order by 1"
            )
        )
