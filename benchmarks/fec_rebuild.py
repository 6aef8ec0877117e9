"""How far the FEC's receivables can be rebuilt, how fast, and how well without matching codes.

Usage: `python -m benchmarks.fec_rebuild [--data FOLDER] [--copies N]`. FOLDER holds FEC files; each is
rebuilt as it is, then once more with every matching code hidden: of the invoices whose payment is T1 or
T2, those whose date of payment comes out the same. Speed is that of the largest book, copied N times
with its own customers, and of one whose customers are all one.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from datetime import datetime
from pathlib import Path

import duckdb

from connectors.fec import FecReport, FecSource, last_report, load_fec
from connectors.fec.files import find_files
from connectors.fec.loading import read_all, rebuild

LOADED_AT = datetime(2024, 1, 1)  # noqa: DTZ001
_PAID = """
    select allocations.invoice_id, max(payments.payment_date) as paid_date
    from _fec_payment_allocations as allocations
    inner join _fec_payments as payments on allocations.payment_id = payments.payment_id
    inner join _fec_invoices as invoices on allocations.invoice_id = invoices.invoice_id
    where invoices._extra->>'$.kind' = 'invoice'
    group by allocations.invoice_id
    having {condition}
"""


def settings_of(path: Path) -> FecSource:
    # ASCII is UTF-8 as well.
    return FecSource(path=path, encoding="utf-8", currency="EUR")


def paid_dates(path: Path, is_hidden: bool) -> dict[str, str]:
    """Invoice to the date of its last payment, seen groups only; with hidden codes whatever is found."""
    settings = settings_of(path)
    with duckdb.connect(":memory:") as connection:
        read_all(connection, settings, find_files(settings)[0], lambda _: None)
        if is_hidden:
            connection.execute("update _fec_lines set lettering = null")
        rebuild(connection, settings, [])
        condition = "true" if is_hidden else "max(allocations._extra->>'$.matching_tier') <= 'T2'"
        return dict(connection.execute(_PAID.format(condition=condition)).fetchall())


def loaded(path: Path) -> tuple[FecReport, float]:
    started = time.perf_counter()
    with duckdb.connect(":memory:") as connection:
        load_fec(connection, settings_of(path), LOADED_AT)
        report = last_report(connection)
    assert report is not None
    return report, time.perf_counter() - started


def copied(path: Path, folder: Path, copies: int, is_one_customer: bool) -> Path:
    """The book so many times over, each copy with its own entry numbers and customers."""
    text = path.read_text(encoding="utf-8-sig")
    header, *lines = [line for line in text.replace("\r", "").split("\n") if line]
    mark = "\t" if "\t" in header else "|"
    target = folder / f"999999999FEC{path.name[-12:-4]}.txt"
    with target.open("w", encoding="utf-8") as out:
        out.write(header + "\n")
        for copy in range(copies):
            for line in lines:
                cells = line.split(mark)
                cells[2] = f"{copy}-{cells[2].strip()}"
                if cells[4].startswith("411"):
                    cells[6] = "ONE" if is_one_customer else f"{cells[6].strip()}-{copy}"
                    cells[13] = "" if is_one_customer else cells[13]
                out.write(mark.join(cells) + "\n")
    return target


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--data", type=Path, default=Path("../shared/data/fec"))
    parser.add_argument("--copies", type=int, default=400)
    arguments = parser.parse_args()
    paths = sorted(arguments.data.glob("*FEC*.txt"), key=lambda p: p.stat().st_size)
    if not paths:
        sys.exit(f"{arguments.data} holds no FEC: nothing to measure.")
    for path in paths:
        report, _ = loaded(path)
        print(f"{path.name}: {report.summary}")
        for finding in report.findings:
            print(f"  {finding}")
        print(f"  allocations by tier {report.allocations_by_tier}, {report.allocated_by_tier}")
        known, inferred = paid_dates(path, is_hidden=False), paid_dates(path, is_hidden=True)
        exact = sum(inferred.get(invoice) == day for invoice, day in known.items())
        print(f"  matching hidden: {exact} of {len(known)} payment dates exact")
    with tempfile.TemporaryDirectory() as folder:
        for name, is_one_customer in (("customers of their own", False), ("one customer", True)):
            path = copied(paths[-1], Path(folder), arguments.copies, is_one_customer)
            report, seconds = loaded(path)
            print(
                f"{arguments.copies} copies, {name}: {report.rows} rows, {report.customer_rows} of customers,"
                f" {seconds:.1f} s, {seconds / report.rows * 1e5:.2f} s per 100,000 rows,"
                f" {seconds / report.customer_rows * 1e5:.1f} s per 100,000 customer rows"
            )


if __name__ == "__main__":
    main()
