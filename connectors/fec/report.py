"""The figures of one rebuild: what was read, how it was classified, how far the matching reaches.

Belongs here: counting. Does not belong here: the rebuild itself, what a claim about payment behaviour
may rest on (dbt).
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from functools import partial

import duckdb

from connectors.fec.entities import RECORDS, table_of
from connectors.fec.entries import ROWS, unbalanced_entries
from connectors.fec.reading import BAD
from connectors.fec.rebuild import ALLOCATIONS, ITEMS, OUTCOMES
from connectors.validation import quoted

REPORT = "report"
# So many unbalanced entries and findings are listed; all are counted.
_MOST_LISTED = 20


@dataclass(frozen=True)
class FecReport:
    """Figures of a rebuilt book.

    Attributes:
        files: Names of the files, by closing date.
        closing_dates: Day each file reaches: its closing date, or its last entry where that is later.
        rows: Rows read, over all files.
        quarantined: Lines that are no row.
        entries: Entries.
        unbalanced_entries: Entries whose debits are not their credits.
        unbalanced: The first of them: file, entry, first line, difference.
        customer_rows: Rows on accounts of customers, bills and doubtful debt.
        unclassified_rows: Those whose counterpart accounts say nothing.
        rows_by_class: Customer rows by class.
        customers: Customers.
        invoices: Invoices, without opening and other items.
        opening_items: Opening balances, undated.
        other_items: Debits that are neither: transfers, differences, reversed losses.
        payments: Receipts, refunds and returned payments.
        credit_notes: Credit notes, and everything else that is credited.
        write_offs: Allocated losses, those in a credit note's clothes included.
        bad_debts_in_credit_note_clothes: Sales reversed because they were not paid.
        returned_without_payment: Returned payments whose payment is not in the files.
        points_outside: Rows matched with something that is in no file.
        balance: Balance of all customers at the last closing date.
        invoices_paid: Invoices that cash was allocated to.
        invoices_by_tier: Paid invoices by their least sure allocation.
        allocations_by_tier: Payment allocations by tier.
        allocated_by_tier: Their amounts.
        coverage: Share of paid invoices whose payment is T1 or T2; None where none was paid.
        due_date_sources: Invoices by where their due date comes from.
        findings: What is worth a sentence.
    """

    files: tuple[str, ...]
    closing_dates: tuple[str, ...]
    rows: int
    quarantined: int
    entries: int
    unbalanced_entries: int
    unbalanced: tuple[tuple[str, str, int, str], ...]
    customer_rows: int
    unclassified_rows: int
    rows_by_class: dict[str, int]
    customers: int
    invoices: int
    opening_items: int
    other_items: int
    payments: int
    credit_notes: int
    write_offs: int
    bad_debts_in_credit_note_clothes: int
    returned_without_payment: int
    points_outside: int
    balance: str
    invoices_paid: int
    invoices_by_tier: dict[str, int]
    allocations_by_tier: dict[str, int]
    allocated_by_tier: dict[str, str]
    coverage: float | None
    due_date_sources: dict[str, int]
    findings: tuple[str, ...]

    def to_json(self) -> str:
        """The figures as JSON, as `raw_fec.report` keeps them."""
        return json.dumps(asdict(self))

    @property
    def summary(self) -> str:
        """One line for a person."""
        share = "no invoice is paid" if self.coverage is None else f"coverage {self.coverage:.1%}"
        tiers = ", ".join(f"{tier} {count}" for tier, count in self.invoices_by_tier.items())
        return (
            f"{self.rows} rows, {self.customers} customers, {self.invoices} invoices"
            f" ({self.invoices_paid} paid: {tiers}; {share}), {self.unclassified_rows} rows unclassified,"
            f" {self.unbalanced_entries} entries unbalanced, balance {self.balance}"
        )


def last_report(connection: duckdb.DuckDBPyConnection) -> FecReport | None:
    """The report of the newest load, None before the first."""
    row = connection.execute(
        f"select report from raw_fec.{REPORT} order by load_id desc limit 1"
    ).fetchone()
    if row is None:
        return None
    facts = json.loads(row[0])
    for name in ("files", "closing_dates", "findings"):
        facts[name] = tuple(facts[name])
    facts["unbalanced"] = tuple(tuple(entry) for entry in facts["unbalanced"])
    return FecReport(**facts)


def build_report(connection: duckdb.DuckDBPyConnection, findings: list[str]) -> FecReport:
    """Count a rebuilt book from its temporary tables."""

    counts = partial(_counts, connection)
    one = partial(_one, connection)
    files = connection.execute(
        "select file, cast(closing_date as varchar) from _fec_files order by file_number"
    ).fetchall()
    unbalanced = unbalanced_entries(connection)
    by_tier = counts(_INVOICES_BY_TIER)
    paid = sum(by_tier.values())
    sure = by_tier.get("T1", 0) + by_tier.get("T2", 0)
    by_class = counts(
        f"select class, count(*) from {ITEMS} where part = 1 group by class order by class"
    )
    allocated = connection.execute(_ALLOCATED).fetchall()
    invoices = table_of("invoices")
    kind = "_extra->>'$.kind'"
    return FecReport(
        files=tuple(name for name, _ in files),
        closing_dates=tuple(day for _, day in files),
        rows=one(f"select count(*) from {ROWS}"),
        quarantined=one(f"select count(*) from {BAD}"),
        entries=one(f"select count(distinct entry_id) from {ROWS}"),
        unbalanced_entries=len(unbalanced),
        unbalanced=tuple(unbalanced[:_MOST_LISTED]),
        customer_rows=one(f"select count(*) from {ROWS} where is_receivable"),
        unclassified_rows=by_class.get("unclassified", 0),
        rows_by_class=by_class,
        customers=one(f"select count(*) from {table_of('customers')}"),
        invoices=one(f"select count(*) from {invoices} where {kind} = 'invoice'"),
        opening_items=one(f"select count(*) from {invoices} where {kind} = 'opening'"),
        other_items=one(
            f"select count(*) from {invoices} where {kind} not in ('invoice', 'opening')"
        ),
        payments=one(f"select count(*) from {table_of('payments')}"),
        credit_notes=one(f"select count(*) from {table_of('credit_notes')}"),
        write_offs=one(f"select count(*) from {table_of('write_offs')}"),
        bad_debts_in_credit_note_clothes=by_class.get("bad_debt", 0),
        returned_without_payment=one(
            f"select count(*) from {table_of('payments')} where kind = 'chargeback'"
            " and reverses_payment_id is null"
        ),
        points_outside=one(f"select count(*) from {OUTCOMES} where is_outside"),
        balance=str(connection.execute(_BALANCE).fetchall()[0][0]),
        invoices_paid=paid,
        invoices_by_tier=by_tier,
        allocations_by_tier={str(tier): int(count) for tier, count, _ in allocated},
        allocated_by_tier={str(tier): str(amount) for tier, _, amount in allocated},
        coverage=sure / paid if paid else None,
        due_date_sources=counts(
            f"select _extra->>'$.due_date_source', count(*) from {invoices} where {kind} = 'invoice'"
            " group by 1 order by 1"
        ),
        findings=tuple(findings[:_MOST_LISTED]),
    )


def _one(connection: duckdb.DuckDBPyConnection, query: str) -> int:
    return int(connection.execute(query).fetchall()[0][0] or 0)


def _counts(connection: duckdb.DuckDBPyConnection, query: str) -> dict[str, int]:
    return {str(name): int(count) for name, count in connection.execute(query).fetchall()}


_BALANCE = (
    f"select cast(coalesce(sum(amount), 0) as varchar) from {ROWS} where is_receivable"
    " and not (is_opening and file_number > 1)"
)
_CASH_ALLOCATIONS = (
    f"select debits.record_id, debits.class, allocations.tier, allocations.amount from {ALLOCATIONS} as allocations"
    f" inner join {RECORDS} as credits on allocations.credit = credits.number"
    f" inner join {RECORDS} as debits on allocations.debit = debits.number"
    f" where credits.sort = {quoted('payment')}"
)
_INVOICES_BY_TIER = (
    "select tier, count(*) from (select record_id, max(tier) as tier"
    f" from ({_CASH_ALLOCATIONS}) where class = 'invoice' group by record_id) group by tier order by tier"
)
_ALLOCATED = (
    "select tier, count(*), cast(sum(amount) as varchar)"
    f" from ({_CASH_ALLOCATIONS}) group by tier order by tier"
)
