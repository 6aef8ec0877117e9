"""Poor ledgers, written as files: what a young or careless company brings on its first day.

Belongs here: rows and the day they end on. Does not belong here: assertions.
"""

from __future__ import annotations

import csv
import datetime as dt
from collections.abc import Iterable
from pathlib import Path

AS_OF = dt.date(2026, 6, 30)

_CUSTOMERS = ("customer_id", "customer_name", "country", "segment", "terms_days", "created_date")
_INVOICES = ("invoice_id", "customer_id", "invoice_date", "due_date", "currency", "gross_amount")
_PAYMENTS = ("payment_id", "customer_id", "payment_date", "currency", "amount", "kind")
_ALLOCATIONS = ("allocation_id", "payment_id", "invoice_id", "allocation_date", "amount")
_RECORDED = ("recorded_at",)


def write_unpaid(folder: Path) -> None:
    """One customer, six invoices, and nothing else: no payments, no CRM, no subscriptions."""
    _write(folder, "customers", _CUSTOMERS, [("C1", "Seul", "FR", "small", 30, "2026-01-01")])
    issued = [AS_OF - dt.timedelta(days=20 * n + 5) for n in range(6)]
    rows = [
        (f"I{n}", "C1", day, day + dt.timedelta(days=30), "EUR", "1200.00", day)
        for n, day in enumerate(issued)
    ]
    _write(folder, "invoices", (*_INVOICES, *_RECORDED), rows)


def write_fifty(folder: Path) -> None:
    """Fifty invoices of six customers, with dates out of order; no CRM, no subscriptions, one currency.

    C1 to C4 pay from 3 days early to 18 late; C5 pays all its invoices on one day; C6 is new and has
    paid nothing. Of C1, one invoice is due before it was issued and one was paid before it was.
    """
    customers = [
        (f"C{n}", f"Client {n}", "FR", "small", 30, "2025-06-01" if n < 6 else "2026-06-01")
        for n in range(1, 7)
    ]
    late = {"C1": -3, "C2": 2, "C3": 9, "C4": 18}
    invoices: list[tuple[object, ...]] = []
    payments: list[tuple[object, ...]] = []
    allocations: list[tuple[object, ...]] = []
    for number in range(50):
        customer = "C6" if number >= 47 else f"C{number % 5 + 1}"
        issued = AS_OF - dt.timedelta(days=6 * (50 - number) if number < 47 else 60 - number)
        due = issued + dt.timedelta(days=30)
        paid = due + dt.timedelta(days=late.get(customer, 0) + number % 3)
        if customer == "C5":
            paid = dt.date(2026, 3, 16)
        if number == 5:
            due = issued - dt.timedelta(days=10)
        if number == 10:
            paid = issued - dt.timedelta(days=4)
        invoices.append(
            (f"I{number:02}", customer, issued, due, "EUR", f"{900 + number}.00", issued)
        )
        if customer == "C6" or paid >= AS_OF or (customer == "C5" and issued > paid):
            continue
        payments.append(
            (f"P{number:02}", customer, paid, "EUR", f"{900 + number}.00", "receipt", paid)
        )
        allocations.append(
            (f"A{number:02}", f"P{number:02}", f"I{number:02}", paid, f"{900 + number}.00", paid)
        )
    _write(folder, "customers", _CUSTOMERS, customers)
    _write(folder, "invoices", (*_INVOICES, *_RECORDED), invoices)
    _write(folder, "payments", (*_PAYMENTS, *_RECORDED), payments)
    _write(folder, "payment_allocations", (*_ALLOCATIONS, *_RECORDED), allocations)


def _write(
    folder: Path, entity: str, columns: tuple[str, ...], rows: Iterable[tuple[object, ...]]
) -> None:
    with (folder / f"{entity}.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(columns)
        for row in rows:
            # A time of day, as the contract has it for the day a fact was known.
            known = f"{row[-1]}T08:00:00Z" if columns[-1] == "recorded_at" else row[-1]
            writer.writerow([*row[:-1], known])
