"""Time to pay on ledgers nobody here wrote: model, customer median and due date on the same rows.

Usage: `python -m benchmarks.time_to_pay_real_ledgers [--data FOLDER]`. FOLDER holds `ibm_ar/` and
`highradius/`; what is absent is left out with a message. Each ledger goes the product's own way:
import-contract files, landing, the dbt features, `train_time_to_pay`; the figures are those of its
temporal holdout (trained on what was known at the cutoff, tested on later landmarks), by age. They
are of open invoices seen every 17 days, so they are not comparable row by row with published
figures of invoices seen once, at issue.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from datetime import date, datetime
from pathlib import Path

import duckdb

from benchmarks.feature_builds import run_features
from connectors.files import FilesSource, load_files
from models_ml import train_time_to_pay

ROOT = Path(__file__).resolve().parent.parent
METRICS = (
    "mae_median_days",
    "mae_median_days_beside_due_date",
    "crps_days",
    "pinball_days",
    "coverage_80",
    "coverage_80_stated",
    "width_80_days",
    "brier_30d",
    "calibration_error_30d",
)

# Name -> file, as-of day inside the file (payments after it are not known yet), and the rows as
# ledger(invoice_id, customer_id, invoice_date, due_date, gross_amount, settled_date, country, delivery_channel).
# HighRadius: the issue date is an estimate; where it falls after the payment the payment's day is
# taken. `Disputed` of IBM has no date and is left out.
LEDGERS = {
    "ibm_ar": (
        "ibm_ar/WA_Fn-UseC_-Accounts-Receivable.csv",
        date(2013, 9, 30),
        """
        select
            invoiceNumber as invoice_id,
            customerID as customer_id,
            strptime(InvoiceDate, '%-m/%-d/%Y')::date as invoice_date,
            strptime(DueDate, '%-m/%-d/%Y')::date as due_date,
            InvoiceAmount::decimal(18, 2) as gross_amount,
            strptime(SettledDate, '%-m/%-d/%Y')::date as settled_date,
            countryCode as country,
            lower(PaperlessBill) as delivery_channel
        from read_csv(?, all_varchar = true)
        """,
    ),
    "highradius": (
        "highradius/closed_invoices_train.csv",
        date(2019, 12, 31),
        """
        select
            row_key as invoice_id,
            cust_number as customer_id,
            least(issue_date_est::date, clear_date::date) as invoice_date,
            due_date::date as due_date,
            round(amount::decimal(18, 6), 2)::decimal(18, 2) as gross_amount,
            clear_date::date as settled_date,
            null as country,
            null as delivery_channel
        from read_csv(?, all_varchar = true)
        where amount::double >= 0.01
        """,
    ),
}
FILES = {
    "customers": "select distinct customer_id, customer_id as customer_name, country from ledger",
    "invoices": (
        "select invoice_id, customer_id, invoice_date, due_date, 'USD' as currency, gross_amount,"
        " delivery_channel from ledger"
    ),
    "payments": (
        "select invoice_id as payment_id, customer_id, settled_date as payment_date,"
        " 'USD' as currency, gross_amount as amount, 'receipt' as kind from ledger"
    ),
    "payment_allocations": (
        "select invoice_id as allocation_id, invoice_id as payment_id, invoice_id,"
        " settled_date as allocation_date, gross_amount as amount from ledger"
    ),
}


def build_features(
    source: Path,
    rows: str,
    as_of_date: date,
    folder: Path,
    more: dict[str, str] | None = None,
) -> Path:
    """Write the ledger as contract files, land it and build its features; the warehouse's path.

    Args:
        source: the ledger's file.
        rows: query of the file that makes the table `ledger`.
        as_of_date: what is known before it.
        folder: an empty folder to work in.
        more: further entities by name, as queries of `ledger`.
    """
    (folder / "source").mkdir()
    with duckdb.connect() as connection:
        connection.execute(f"create table ledger as {rows}", [str(source)])
        for entity, query in {**FILES, **(more or {})}.items():
            path = folder / "source" / f"{entity}.csv"
            connection.execute(f"copy ({query} order by all) to '{path}' (header)")
    warehouse = folder / "warehouse.duckdb"
    with duckdb.connect(str(warehouse)) as connection:
        load_files(connection, FilesSource(path=folder / "source"), datetime(2026, 1, 1))  # noqa: DTZ001
    run_features(warehouse, as_of_date, "USD")
    return warehouse


def report(name: str, source: Path, rows: str, as_of_date: date) -> None:
    """Print the holdout figures of one ledger."""
    with tempfile.TemporaryDirectory() as folder:
        warehouse = build_features(source, rows, as_of_date, Path(folder))
        with duckdb.connect(str(warehouse), read_only=True) as connection:
            landmarks, outcomes = (
                connection.execute(f"from features.{table}").df()
                for table in ("feat_invoice_landmarks", "feat_invoice_outcomes")
            )
    started = time.perf_counter()
    model = train_time_to_pay(landmarks[~landmarks["is_scoring"]], outcomes, as_of_date)
    seconds = time.perf_counter() - started
    print(f"\n{name}, as of {as_of_date}: {model.method}, {model.card['reason']}")
    print(f"{len(landmarks):,} landmark rows; two fits and the evaluation took {seconds:.1f} s")
    print(f"holdout: {model.card['holdout']}")
    print(f"{'age':<10}{'figure':<34}{'model':>10}{'baseline':>10}{'rows':>8}")
    for row in model.card["evaluation"]:
        if row["metric"] in METRICS:
            print(
                f"{row['segment']:<10}{row['metric']:<34}{row['value']:>10.3f}"
                f"{row['baseline_value']:>10.3f}{row['n']:>8}"
            )


def main() -> None:
    """Run every ledger that is there."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=ROOT.parent / "shared" / "data")
    data = parser.parse_args().data
    print(
        "The baseline is the customer median (with its observed spread), or the due date if named."
    )
    for name, (file, as_of_date, rows) in LEDGERS.items():
        if (data / file).exists():
            report(name, data / file, rows, as_of_date)
        else:
            print(f"\n{name}: {data / file} is absent; left out.")


if __name__ == "__main__":
    main()
