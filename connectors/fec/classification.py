"""What each row on a customer's account is, told by the accounts that stand against it.

Belongs here: counterpart classes and the rules over them, by the chart of accounts (PCG) and never by
journal code. Does not belong here: which payment pays which invoice (`matching`).
"""

from __future__ import annotations

import duckdb

from connectors.fec.declaration import FecSource
from connectors.fec.entries import ROWS, starts_with

PIECES = "_fec_pieces"

# Counterpart class to the beginnings of its accounts; the first that fits counts.
COUNTERPARTS: dict[str, tuple[str, ...]] = {
    "cash": ("51", "53", "54", "58", "467"),
    "loss": ("654", "6714"),
    # Discounts, rebates, differences of payment and of exchange (656, 756: PCG of 2025).
    "difference": ("665", "709", "658", "758", "678", "778", "656", "756", "666", "766"),
    # Rebates to be credited, invoices to be issued and income in advance stand for a sale.
    "sales": ("70", "4457", "4198", "4181", "487", "75", "775"),
    "advance": ("419",),
    # Depreciation of receivables does not change what is owed.
    "provision": ("491",),
    "third_party": ("4",),
}

_UNPAID = r"impay|irrecouv|douteu|\bperte|\bcreance|liquidation judic|redressement judic"
_RETURNED = "impay|rejet|retour|sans provision|contre.?pass|annul"


def _counterpart() -> str:
    cases = " ".join(
        f"when {starts_with('account', prefixes)} then '{name}'"
        for name, prefixes in COUNTERPARTS.items()
    )
    return f"case {cases} else 'other' end"


# Signs are of the customer's account: a debit is owed, a credit is settled. What stands against them
# has the other sign; where several rows share an entry the sign tells sale from payment.
_CLASS = """
case
    when amount = 0 then 'nothing'
    when is_opening then 'opening'
    when is_internal then 'internal'
    when amount > 0 then case
        when sales < 0 then 'invoice'
        when cash < 0 then if(is_returned, 'returned', 'refund')
        when has_sales then 'invoice'
        when has_cash then if(is_returned, 'returned', 'refund')
        when has_advance then 'advance_reversed'
        when has_loss then 'loss_reversed'
        when has_difference then 'difference'
        when is_third_party then 'transfer'
        else 'unclassified'
    end
    when has_loss and not cash > 0 then 'loss'
    when cash > 0 then 'payment'
    when has_difference and not sales > 0 then 'difference'
    when has_sales then if(is_unpaid and has_goods and has_output_tax, 'bad_debt', 'credit_note')
    when has_cash then 'payment'
    when has_advance then 'advance'
    when is_third_party then 'transfer'
    else 'unclassified'
end
"""


def classify(connection: duckdb.DuckDBPyConnection, settings: FecSource) -> None:
    """Table `_fec_pieces`: every receivable row with its class, a payment with a discount in two parts.

    Columns of `_fec_rows`, what stands against the row by class, and: part (1, or 2 for what was split
    off), class, cash_account, entry_rank (place among the entry's rows).
    """
    _sum_counterparts(connection)
    _class_rows(connection)
    connection.execute(
        f"create or replace temp table {PIECES} as with parts as (select *,"
        # Only where the row has the entry to itself is it known what was given up on it.
        " case when class = 'payment' and receivable_rows = 1 then"
        " coalesce(case when loss > 0 then loss + greatest(output_tax, 0) end,"
        " case when difference > 0 then difference + if(sales = output_tax, greatest(output_tax, 0), 0) end)"
        " end as given_up from _fec_classified),"
        " checked as (select * replace (case when given_up < -amount then given_up end as given_up) from parts)"
        " select * replace (amount + coalesce(given_up, 0) as amount), 1 as part from checked union all by name"
        " select * replace (-given_up as amount, if(loss > 0, 'loss', 'difference') as class), 2 as part"
        " from checked where given_up is not null"
    )
    connection.execute("drop table _fec_counterparts; drop table _fec_classified")


def _sum_counterparts(connection: duckdb.DuckDBPyConnection) -> None:
    """Table `_fec_counterparts`: what stands against the customers' rows of each entry, by class."""
    connection.execute(
        "create or replace temp table _fec_counterparts as with marked as ("
        f" select *, {_counterpart()} as counterpart, starts_with(account, '70') as is_goods,"
        f" starts_with(account, '4457') as is_output_tax from {ROWS})"
        " select entry_id,"
        + ", ".join(
            f" coalesce(sum(amount) filter (where not is_receivable and counterpart = '{name}'), 0) as {name},"
            f" coalesce(bool_or(not is_receivable and counterpart = '{name}'), false) as has_{name}"
            for name in ("cash", "loss", "difference", "sales", "advance")
        )
        + ", coalesce(bool_and(is_receivable or counterpart in ('third_party', 'provision')), true) as is_third_party,"
        " coalesce(bool_or(is_goods), false) as has_goods,"
        " coalesce(bool_or(is_output_tax), false) as has_output_tax,"
        " coalesce(sum(amount) filter (where not is_receivable and is_output_tax), 0) as output_tax,"
        " count(*) filter (where is_receivable) as receivable_rows,"
        " min(account) filter (where not is_receivable and counterpart = 'cash') as cash_account,"
        f" bool_or(regexp_matches(strip_accents(lower(label)), '{_UNPAID}')) as says_unpaid"
        " from marked group by entry_id having bool_or(is_receivable)"
    )


def _class_rows(connection: duckdb.DuckDBPyConnection) -> None:
    """Table `_fec_classified`: the customers' rows with their class."""
    connection.execute(
        "create or replace temp table _fec_classified as with receivable as ("
        " select rows.*, counterparts.* exclude (entry_id),"
        " row_number() over (partition by rows.file_number, entry_name order by line) as entry_rank,"
        f" coalesce(regexp_matches(strip_accents(lower(concat_ws(' ', label, piece))), '{_UNPAID}'), false)"
        "   or (receivable_rows = 1 and coalesce(says_unpaid, false)) as is_unpaid,"
        f" coalesce(regexp_matches(strip_accents(lower(concat_ws(' ', label, piece))), '{_RETURNED}'), false)"
        "   as is_returned,"
        # Between accounts of one customer nothing is paid: its bills, its doubtful debt, a correction.
        " not has_sales and not has_cash and sum(amount) over of_customer = 0 and count(*) over of_customer > 1"
        "   as is_internal"
        f" from {ROWS} as rows inner join _fec_counterparts as counterparts using (entry_id)"
        " where is_receivable window of_customer as (partition by entry_id, customer_code))"
        f" select *, {_CLASS} as class from receivable"
    )
