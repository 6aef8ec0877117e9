"""What a rebuilt book must prove before any of it is landed.

Belongs here: each year opens as the year before closed; each customer's open items are its balance.
Does not belong here: building the items.
"""

from __future__ import annotations

import duckdb

from connectors.errors import SourceError
from connectors.fec.entities import table_of
from connectors.fec.entries import ROWS
from connectors.fec.rebuild import ALLOCATIONS

# So many customers are named; all of them would be no line.
_MOST_NAMED = 10


def check_years(connection: duckdb.DuckDBPyConnection) -> None:
    """Each file's opening balances are the closing balances of the file before it.

    Raises:
        SourceError: They differ, with the codes of the customers and by how much.
    """
    differing = connection.execute(
        "with closing as (select file_number + 1 as file_number, written_code, sum(amount) as amount"
        f" from {ROWS} where is_receivable group by all),"
        " opening as (select file_number, written_code, sum(amount) as amount"
        f" from {ROWS} where is_receivable and is_opening group by all),"
        " compared as (select file_number, written_code, coalesce(opening.amount, 0) - coalesce(closing.amount, 0)"
        " as difference from closing full join opening using (file_number, written_code))"
        " select files.file, written_code, cast(difference as varchar) from compared"
        " inner join _fec_files as files using (file_number)"
        " where difference <> 0 and file_number > 1 order by file_number, abs(difference) desc, written_code"
    ).fetchall()
    if differing:
        file = differing[0][0]
        named = [(code, amount) for name, code, amount in differing if name == file]
        raise SourceError(
            f"{file} does not open as the year before closed: {_named(named)}.",
            "Export both years again after the opening entries are final; no year may be missing between them.",
        )


def check_balances(connection: duckdb.DuckDBPyConnection) -> None:
    """Each customer's open items, less what is unapplied, are the balance of its accounts.

    Raises:
        SourceError: They differ, or a record settles more than there is.
    """
    differing = connection.execute(
        f"with balances as (select 'fec-' || customer_code as customer_id, sum(amount) as amount from {ROWS}"
        " where is_receivable and not (is_opening and file_number > 1) group by customer_code),"
        f" items as ({_items()}),"
        " rebuilt as (select customer_id, sum(amount) as amount from items group by customer_id)"
        " select substr(customer_id, 5), cast(coalesce(rebuilt.amount, 0) - coalesce(balances.amount, 0) as varchar)"
        " from balances full join rebuilt using (customer_id)"
        " where coalesce(rebuilt.amount, 0) <> coalesce(balances.amount, 0)"
        " order by abs(coalesce(rebuilt.amount, 0) - coalesce(balances.amount, 0)) desc, customer_id"
    ).fetchall()
    if differing:
        raise SourceError(
            f"The open items of {len(differing)} customers differ from their balance: {_named(differing)}.",
            "Nothing was loaded. Report the entries of the first of these customers.",
        )
    _check_limits(connection)


def _items() -> str:
    """Open amounts of invoices, and unapplied money as negative ones, by customer."""
    invoices, payments, credits = (
        table_of(name) for name in ("invoices", "payments", "credit_notes")
    )

    def settled(entity: str, key: str) -> str:
        return (
            f"select {key} as id, sum(cast(amount as decimal(18,2))) as amount"
            f" from {table_of(entity)} group by {key}"
        )

    return (
        "select customer_id, cast(gross_amount as decimal(18,2)) - coalesce(paid.amount, 0)"
        " - coalesce(credited.amount, 0) - coalesce(lost.amount, 0) as amount"
        f" from {invoices} left join ({settled('payment_allocations', 'invoice_id')}) as paid on invoice_id = paid.id"
        f" left join ({settled('credit_note_allocations', 'invoice_id')}) as credited on invoice_id = credited.id"
        f" left join ({settled('write_offs', 'invoice_id')}) as lost on invoice_id = lost.id"
        " union all select customer_id, coalesce(used.amount, 0) - cast(payments.amount as decimal(18,2))"
        f" from {payments} as payments"
        f" left join ({settled('payment_allocations', 'payment_id')}) as used on payment_id = used.id"
        " union all select customer_id, coalesce(used.amount, 0) - cast(gross_amount as decimal(18,2))"
        f" from {credits} left join ({settled('credit_note_allocations', 'credit_note_id')}) as used"
        " on credit_note_id = used.id"
    )


def _check_limits(connection: duckdb.DuckDBPyConnection) -> None:
    """No record twice, no invoice settled beyond its amount, no credit used beyond its own."""
    for entity, key in (
        ("invoices", "invoice_id"),
        ("payments", "payment_id"),
        ("credit_notes", "credit_note_id"),
        ("payment_allocations", "allocation_id"),
    ):
        twice = connection.execute(
            f"select {key} from {table_of(entity)} group by {key} having count(*) > 1 limit 1"
        ).fetchone()
        if twice:
            raise SourceError(
                f"Two {entity} have the id {twice[0]}.", "Report the entry it is named after."
            )
    settled = " union all ".join(
        f"select invoice_id, cast(amount as decimal(18,2)) as amount from {table_of(entity)}"
        for entity in ("payment_allocations", "credit_note_allocations", "write_offs")
    )
    [(lost,)] = connection.execute(
        f"select coalesce((select sum(amount) from {ALLOCATIONS}), 0)"
        f" - coalesce((select sum(amount) from ({settled})), 0)"
    ).fetchall()
    if lost:
        raise SourceError(
            f"Allocations of {lost} belong to no record.", "Nothing was loaded. Report this book."
        )
    over = connection.execute(
        f"with settled as (select invoice_id, sum(amount) as amount from ({settled}) group by invoice_id)"
        f" select invoice_id from settled left join {table_of('invoices')} using (invoice_id)"
        " where settled.amount < 0 or gross_amount is null"
        " or settled.amount > cast(gross_amount as decimal(18,2)) limit 1"
    ).fetchone()
    if over:
        raise SourceError(
            f"Invoice {over[0]} is settled beyond its amount.",
            "Report the entries of its customer.",
        )


def _named(differing: list[tuple[str, str]]) -> str:
    named = ", ".join(f"{code} by {amount}" for code, amount in differing[:_MOST_NAMED])
    more = len(differing) - _MOST_NAMED
    return f"{named} and {more} more" if more > 0 else named
