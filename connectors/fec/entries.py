"""Rows to entries: which rows belong together, whether they balance, which are opening balances.

Belongs here: the identity of an entry and of a customer's account. Does not belong here: what an entry
means for a customer (`classification`).
"""

from __future__ import annotations

import duckdb

from connectors.fec.declaration import FecSource
from connectors.fec.reading import LINES
from connectors.validation import quoted

ROWS = "_fec_rows"
# What the rebuild needs of a row; the rest stays in `raw_fec.entries`.
_NEEDED = (
    *("file_number", "file", "line", "journal_code", "journal_label", "entry_number", "entry_date"),
    *("account", "account_label", "auxiliary", "auxiliary_label", "piece", "piece_date", "label"),
    *("lettering", "amount", "due_date"),
)


def starts_with(column: str, prefixes: tuple[str, ...]) -> str:
    """SQL: whether an account begins with one of the prefixes."""
    tests = [f"starts_with({column}, {quoted(prefix)})" for prefix in prefixes]
    return f"({' or '.join(tests)})" if tests else "false"


def build_entries(connection: duckdb.DuckDBPyConnection, settings: FecSource) -> None:
    """Table `_fec_rows`: the read rows with their entry, whether it opens a year, and the customer.

    An entry is a journal's number. Where a package repeats the number (one for a whole journal), the
    date joins the key as far as every day then balances, and the piece where every piece does.
    """
    connection.execute(
        f"create or replace temp table {ROWS} as"
        " with days as (select file_number, journal_code, entry_number, entry_date, sum(amount) as amount"
        f" from {LINES} group by all),"
        " numbers as (select file_number, journal_code, entry_number, count(*) > 1 and"
        " (count(*) filter (where amount <> 0) = 0 or sum(amount) <> 0) or entry_number is null as by_date"
        " from days group by file_number, journal_code, entry_number),"
        f" dated as (select {_columns('lines')}, numbers.by_date from {LINES} as lines inner join numbers"
        " on lines.file_number = numbers.file_number"
        " and lines.journal_code is not distinct from numbers.journal_code"
        " and lines.entry_number is not distinct from numbers.entry_number),"
        " pieces as (select file_number, journal_code, entry_number, entry_date, piece, sum(amount) as amount"
        " from dated where by_date group by all),"
        " pieced as (select file_number, journal_code, entry_number, entry_date,"
        " count(*) > 1 and count(*) filter (where amount <> 0) = 0 as by_piece from pieces"
        " group by file_number, journal_code, entry_number, entry_date),"
        " named as (select dated.*, concat_ws('-', coalesce(regexp_replace(dated.journal_code, '\\s+', ' ', 'g'), '?'),"
        " dated.entry_number, case when by_date then strftime(dated.entry_date, '%Y%m%d') end,"
        " case when by_piece then coalesce(piece, '?') end) as entry_name"
        " from dated left join pieced on dated.file_number = pieced.file_number"
        " and dated.journal_code is not distinct from pieced.journal_code"
        " and dated.entry_number is not distinct from pieced.entry_number"
        " and dated.entry_date = pieced.entry_date)"
        f" select * exclude (by_date), {_is_receivable(settings)} as is_receivable,"
        " coalesce(auxiliary, account) as customer_code,"
        " dense_rank() over (order by file_number, entry_name) as entry_id from named"
    )
    _mark_openings(connection, settings)
    _attribute(connection, settings)


def _columns(table: str) -> str:
    return ", ".join(f"{table}.{name}" for name in _NEEDED)


def _is_receivable(settings: FecSource) -> str:
    return starts_with("account", settings.receivable_prefixes)


def _mark_openings(connection: duckdb.DuckDBPyConnection, settings: FecSource) -> None:
    """Column `is_opening`: the opening journals, and a first entry that is a balance sheet."""
    codes = ", ".join(quoted(code.upper()) for code in settings.opening_journals)
    connection.execute(
        f"create or replace temp table _fec_openings as"
        f" with entries as (select file_number, entry_id, min(line) as first_line, min(entry_date) as entry_date,"
        f" bool_or(upper(journal_code) in ({codes})"
        "   or regexp_matches(strip_accents(lower(journal_label)), 'a.?nouveaux?|reports? (a|de) nouveau|ouverture'))"
        "   as is_journal,"
        " bool_or(starts_with(account, '1')) and not bool_or(substr(account, 1, 1) in ('6', '7'))"
        "   as is_balance_sheet, bool_or(starts_with(account, '890')) as is_opening_account"
        f" from {ROWS} group by file_number, entry_id)"
        " select entry_id from entries qualify is_journal or is_opening_account or (is_balance_sheet"
        " and first_line = min(first_line) over (partition by file_number)"
        " and entry_date = min(entry_date) over (partition by file_number))"
    )
    connection.execute(
        f"create or replace temp table {ROWS} as select *,"
        f" entry_id in (select entry_id from _fec_openings) as is_opening from {ROWS}"
    )
    connection.execute("drop table _fec_openings")


def _attribute(connection: duckdb.DuckDBPyConnection, settings: FecSource) -> None:
    """Column `customer_code` of bills and doubtful debt: the customer they came from.

    Its auxiliary code where the customer accounts know it; else the one customer that moves to the account
    in all its transfers; else the one customer in the row's own entry; else the account itself.
    """
    own = starts_with("account", settings.customer_account_prefixes)
    connection.execute(
        "create or replace temp table _fec_attributed as"
        f" with codes as (select distinct customer_code from {ROWS} where {own}),"
        f" moved as (select entry_id, min(customer_code) as customer_code from {ROWS} where {own}"
        "  and not is_opening group by entry_id having count(distinct customer_code) = 1),"
        f" elsewhere as (select * from {ROWS} where is_receivable and not {own}),"
        " links as (select elsewhere.account, elsewhere.auxiliary, min(moved.customer_code) as customer_code"
        "  from elsewhere inner join moved using (entry_id) group by elsewhere.account, elsewhere.auxiliary"
        "  having count(distinct moved.customer_code) = 1)"
        " select elsewhere.file_number, elsewhere.line, coalesce(codes.customer_code, links.customer_code,"
        " moved.customer_code, elsewhere.auxiliary, elsewhere.account) as customer_code from elsewhere"
        " left join codes on elsewhere.auxiliary = codes.customer_code"
        " left join links on elsewhere.account = links.account"
        "  and elsewhere.auxiliary is not distinct from links.auxiliary"
        " left join moved on elsewhere.entry_id = moved.entry_id"
    )
    connection.execute(
        f"create or replace temp table {ROWS} as select rows.* replace"
        " (coalesce(attributed.customer_code, rows.customer_code) as customer_code),"
        " coalesce(rows.auxiliary, rows.account) as written_code"
        f" from {ROWS} as rows left join _fec_attributed as attributed using (file_number, line)"
    )
    connection.execute("drop table _fec_attributed")


def unbalanced_entries(connection: duckdb.DuckDBPyConnection) -> list[tuple[str, str, int, str]]:
    """Entries whose debits are not their credits: file, entry, first line, difference; by file and line."""
    return connection.execute(
        f"select file, entry_name, min(line), cast(sum(amount) as varchar) from {ROWS}"
        " group by file_number, file, entry_name having sum(amount) <> 0 order by file_number, min(line)"
    ).fetchall()
