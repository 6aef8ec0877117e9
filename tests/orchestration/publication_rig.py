"""A warehouse of two marts by hand, to be published without a day being run."""

import datetime as dt

import duckdb

from orchestration.publication.about import About, CheckOutcome, Description

DAY = dt.date(2024, 3, 31)

ABOUT = About(
    company_name="Exemple SAS",
    reporting_currency="EUR",
    source_names=("files", "stripe"),
    run_started_at=dt.datetime(2024, 4, 1, 6, 0, tzinfo=dt.timezone(dt.timedelta(hours=2))),
    checks=(
        CheckOutcome("marts.fct_dso", "unique", "error", True, True, "One row per as_of_date."),
        CheckOutcome("raw_files.invoices", "unusual", "warn", False, False, None, "40 rows fewer."),
    ),
    descriptions={
        "fct_dso": Description("One row per as-of date.", {"as_of_date": "Business date."}),
        "fct_items": Description(
            'One row per invoice. It\'s "quoted"; and long' + " enough" * 400 + ".",
            {
                "invoice_id": "L'id d'une facture; 'quoted', \\ and {braced}.",
                "open_amount": "Amount.\nOn two lines" + " and more" * 300,
                "labels": "Words; null where there are none.",
                "seen_at": "UTC time.",
            },
        ),
    },
)


def fill(path, day: dt.date = DAY, amount: str = "12.30") -> None:
    """Make or replace the marts of a warehouse: three invoices that arrive in no order."""
    with duckdb.connect(str(path)) as connection:
        connection.execute("create schema if not exists marts")
        connection.execute(
            f"create or replace table marts.fct_dso as select date '{day}' as as_of_date"
        )
        connection.execute(
            "create or replace table marts.fct_items as select * from (values"
            f" ('F3', {amount}::decimal(18,2), ['a', null], timestamp '2024-03-01 10:00:00'),"
            " ('F1', 100.00, null, null), ('F2', -0.01, [], timestamp '2024-03-02 10:00:00'))"
            " as items (invoice_id, open_amount, labels, seen_at)"
        )
