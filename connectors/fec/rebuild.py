"""From classified rows to items and allocations: the whole book, customer by customer.

Belongs here: rows out of the tables into the matching and back. Does not belong here: how it matches
(`matching`, `groups`), which records come of it (`entities`).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from datetime import date
from itertools import groupby
from operator import itemgetter

import duckdb
import pyarrow as pa

from connectors.fec.account import Account, Allocation, Piece
from connectors.fec.classification import PIECES
from connectors.fec.declaration import FecSource
from connectors.fec.groups import Row, join_groups
from connectors.fec.matching import match_account
from connectors.validation import quoted

ITEMS = "_fec_items"
ALLOCATIONS = "_fec_allocations"
OUTCOMES = "_fec_outcomes"
_ALLOCATED = pa.schema(
    [(name, pa.int64()) for name in ("credit", "debit", "cents", "day")]
    + [(name, pa.string()) for name in ("tier", "step")]
)
_OUTCOME = pa.schema(
    {
        "number": pa.int64(),
        "matching_group": pa.string(),
        "reverses": pa.int64(),
        "is_outside": pa.bool_(),
    }
)
_DAY_ZERO = date(1, 1, 1)
_TOKENS = re.compile(r"[A-Z0-9]+")
# Shorter digits in a label are days, years and amounts as often as invoices.
_SHORTEST_NUMBER = 4


def number_rows(connection: duckdb.DuckDBPyConnection, settings: FecSource) -> None:
    """Table `_fec_items`: every classified row numbered, dated and named, and the opening items.

    Instalments of one invoice keep their rows; `item_id` is that of the invoice. Opening rows of the
    first file carry the number of their customer's opening item, one a side, in `target`.
    """
    terms = " ".join(
        f"when {quoted(code)} then {days}" for code, days in settings.customer_terms.items()
    )
    declared = f"case customer_code {terms} end" if terms else "cast(null as integer)"
    connection.execute(
        f"create or replace temp table {ITEMS} as with dated as (select * replace"
        " (case when class = 'opening' and file_number > 1 then 'carried' else class end as class),"
        f" {declared} as declared_days from {PIECES}),"
        " numbered as (select *, row_number() over (order by customer_code, entry_date, file_number, line, part)"
        " as number from dated where class <> 'nothing'),"
        " dues as (select * replace (coalesce(due_date, entry_date + coalesce(declared_days,"
        f" {settings.default_terms_days})) as due_date), case when due_date is not null then 'file'"
        " when declared_days is not null then 'customer_terms' else 'legal_default' end as due_date_source"
        " from numbered),"
        " openings as (select customer_code, amount > 0 as is_debit,"
        " (select max(number) from numbered) + row_number() over (order by customer_code, amount > 0) as target"
        " from dues where class = 'opening' group by customer_code, is_debit)"
        " select dues.*, openings.target, case when class = 'invoice' then first_value(entry_rank)"
        " over (partition by entry_id, dues.customer_code, piece, class order by line) else entry_rank end as item_rank"
        " from dues left join openings on dues.customer_code = openings.customer_code"
        " and dues.class = 'opening' and (dues.amount > 0) = openings.is_debit"
    )


def match_book(connection: duckdb.DuckDBPyConnection) -> None:
    """Tables `_fec_allocations` and `_fec_outcomes`: who settles what, and what became of each row."""
    allocations: list[Allocation] = []
    outcomes: list[dict[str, object]] = []
    for pieces in _accounts(connection):
        account: Account = match_account(pieces)
        allocations += account.allocations
        outcomes += [
            {
                "number": p.number,
                "matching_group": _code(p.group),
                "reverses": p.reverses,
                "is_outside": p.is_outside,
            }
            for p in pieces
            if p.group is not None or p.reverses is not None
        ]
    _store(
        connection,
        ALLOCATIONS,
        pa.Table.from_pylist(
            [
                {name: getattr(allocation, name) for name in _ALLOCATED.names}
                for allocation in allocations
            ],
            _ALLOCATED,
        ),
        "credit, debit, cast(cast(cents as decimal(16,0)) * 0.01 as decimal(18,2)) as amount,"
        f" date '{_DAY_ZERO:%Y-%m-%d}' + cast(day - 1 as integer) as allocation_date, tier, step",
    )
    _store(
        connection,
        OUTCOMES,
        pa.Table.from_pylist(outcomes, _OUTCOME),
        "*",
    )


def _store(connection: duckdb.DuckDBPyConnection, name: str, table: pa.Table, columns: str) -> None:
    connection.register("_fec_result", table)
    connection.execute(f"create or replace temp table {name} as select {columns} from _fec_result")
    connection.unregister("_fec_result")


def _code(group: tuple[object, ...] | None) -> str | None:
    return None if group is None else " ".join(str(part) for part in group if part is not None)


def _accounts(connection: duckdb.DuckDBPyConnection) -> Iterator[list[Piece]]:
    """The pieces of each customer, by day."""
    columns = (
        "customer_code, number, class, cast(amount * 100 as bigint) as cents, entry_date, due_date,"
        " file_number, account, auxiliary, lettering, piece, label, entry_id, target"
    )
    table = connection.execute(f"select {columns} from {ITEMS} order by number").to_arrow_table()
    rows = zip(*(table.column(name).to_pylist() for name in table.column_names), strict=True)
    book = list(rows)
    # A number that two invoices share (a month, a sales journal) names neither of them.
    owners = Counter(
        name
        for names in {
            (row[12], row[10]): _own_names(row[10]) for row in book if row[2] == "invoice"
        }.values()
        for name in names
    )
    for _, rows_of in groupby(book, key=itemgetter(0)):
        yield _pieces(list(rows_of), owners)


def _pieces(rows: list[tuple], owners: Counter[str]) -> list[Piece]:
    groups = join_groups(
        [
            Row(r[1], r[2], r[3], r[4].toordinal(), r[6], r[7], r[8], r[9], r[10], r[12])
            for r in rows
        ]
    )
    wholes: dict[int, Piece] = {}
    pieces = []
    for row in rows:
        number, kind, cents, day, due, target = row[1], row[2], row[3], row[4], row[5], row[13]
        if kind == "carried":
            continue
        piece = Piece(number, kind, cents, day.toordinal(), due.toordinal(), abs(cents))
        piece.group = groups.get(number)
        if kind == "invoice":
            piece.names = tuple(name for name in _own_names(row[10]) if owners[name] == 1)
        elif cents < 0:
            piece.names = _names_in(row[11], row[10])
        if kind == "internal":
            # It moves what is owed and settles nothing.
            piece.open_cents = 0
        if target is not None:
            whole = wholes.setdefault(target, Piece(target, "opening", 0, piece.day, piece.day))
            whole.cents += cents
            whole.open_cents += abs(cents)
            piece.target = whole
        pieces.append(piece)
    return pieces


def _own_names(piece: str | None) -> tuple[str, ...]:
    """How an invoice is called: its number without blanks, and the digits it ends with."""
    if not piece or not any(character.isdigit() for character in piece):
        return ()
    tokens = _TOKENS.findall(piece.upper())
    digits = re.sub(r"\D", "", tokens[-1]).lstrip("0") if tokens else ""
    names = {"".join(tokens)}
    if len(digits) >= _SHORTEST_NUMBER:
        names.add(digits)
    return tuple(name for name in names if len(name) >= _SHORTEST_NUMBER)


def _names_in(label: str | None, piece: str | None) -> tuple[str, ...]:
    """What a payment's label may call an invoice, in its order; its piece only as a whole."""
    names: dict[str, None] = {}
    tokens = _TOKENS.findall((label or "").upper())
    for place, token in enumerate(tokens):
        names[token] = None
        if place:
            names[tokens[place - 1] + token] = None
        for digits in re.findall(r"\d+", token):
            names[digits.lstrip("0")] = None
    names["".join(_TOKENS.findall((piece or "").upper()))] = None
    return tuple(name for name in names if len(name) >= _SHORTEST_NUMBER)
