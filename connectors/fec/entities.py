"""Items and allocations to entities of the import contract, as tables of text ready for landing.

Belongs here: which record a row becomes, its id, what stands in `_extra`. Does not belong here: how
rows were classified and matched, writing to raw (`loading`).
"""

from __future__ import annotations

import duckdb

from connectors.contract import ENTITIES
from connectors.fec.declaration import FecSource
from connectors.fec.entries import ROWS
from connectors.fec.rebuild import ALLOCATIONS, ITEMS, OUTCOMES
from connectors.validation import identifier, quoted

RECORDS = "_fec_records"
# The entities a FEC can tell, in the order they are landed.
ENTITY_NAMES = (
    "customers",
    "invoices",
    "invoice_due_dates",
    "payments",
    "payment_allocations",
    "credit_notes",
    "credit_note_allocations",
    "write_offs",
)
OPENING_PREFIX = "fec-opening-"
OTHER_PREFIX = "fec-other-"
_PAYMENT_KINDS = {
    "payment": "receipt",
    "advance": "prepayment",
    "refund": "refund",
    "advance_reversed": "refund",
    "returned": "chargeback",
}
_PAYMENTS = ", ".join(quoted(name) for name in _PAYMENT_KINDS)


def table_of(entity: str) -> str:
    """Name of the table that holds an entity's rows before they land."""
    return f"_fec_{entity}"


def build_entities(connection: duckdb.DuckDBPyConnection, settings: FecSource) -> None:
    """Tables `_fec_<entity>`: all columns of the contract as text, `_line`, `_extra`.

    Args:
        connection: Holds `_fec_items`, `_fec_allocations`, `_fec_outcomes` and `_fec_files`.
        settings: The declaration.
    """
    _name_records(connection)
    _keep(connection, "customers", _customers(settings))
    _keep(connection, "invoices", _invoices(settings))
    _keep(connection, "invoice_due_dates", _DUE_DATES)
    _keep(connection, "payments", _payments(settings))
    _keep(connection, "payment_allocations", _PAYMENT_ALLOCATIONS)
    _keep(connection, "credit_notes", _credit_notes(settings))
    _keep(connection, "credit_note_allocations", _CREDIT_NOTE_ALLOCATIONS)
    _keep(connection, "write_offs", _WRITE_OFFS)


def _keep(connection: duckdb.DuckDBPyConnection, entity: str, query: str) -> None:
    given = {row[0]: row[1] for row in connection.execute(f"describe {query}").fetchall()}
    columns = ", ".join(
        f"cast({identifier(name)} as varchar) as {identifier(name)}"
        if name in given
        else f"cast(null as varchar) as {identifier(name)}"
        for name in ENTITIES[entity].column_names
    )
    connection.execute(
        f"create or replace temp table {table_of(entity)} as select {columns}, _line,"
        f" cast(_extra as json) as _extra from ({query})"
    )


def _name_records(connection: duckdb.DuckDBPyConnection) -> None:
    """Table `_fec_records`: row number to record, its sort and its id, stable over later exports."""
    connection.execute(
        f"create or replace temp table {RECORDS} as with closings as (select file_number,"
        " strftime(named_closing_date, '%Y%m%d') as closing from _fec_files),"
        " sorted as (select items.number, items.customer_code, items.line, items.entry_date, items.class,"
        f" items.amount, case when class in ({_PAYMENTS}) then 'payment' when amount > 0 then 'invoice'"
        " when class in ('loss', 'bad_debt') then 'write_off' else 'credit_note' end as sort,"
        " closing || '-' || entry_name || '-' || item_rank || case when part = 2 then 'b' else '' end as stem"
        f" from {ITEMS} as items inner join closings using (file_number)"
        " where class not in ('opening', 'carried', 'internal')),"
        f" openings as (select target as number, customer_code, min(line) as line, min(entry_date) as entry_date,"
        " sum(amount) as amount, closing"
        f" from {ITEMS} inner join closings using (file_number) where class = 'opening'"
        " group by target, customer_code, closing)"
        " select number, customer_code, line, entry_date, class, amount, sort,"
        f" case when sort = 'invoice' and class <> 'invoice' then {quoted(OTHER_PREFIX)} else 'fec-' end || stem"
        " as record_id from sorted union all"
        " select number, customer_code, line, entry_date, 'opening', amount,"
        " if(amount > 0, 'invoice', 'credit_note'),"
        f" {quoted(OPENING_PREFIX)} || closing || '-' || customer_code from openings"
    )


def _customers(settings: FecSource) -> str:
    terms = " ".join(
        f"when {quoted(code)} then {days}" for code, days in settings.customer_terms.items()
    )
    declared = f"case customer_code {terms} end" if terms else "null"
    return (
        "select 'fec-' || customer_code as customer_id,"
        " coalesce(arg_max(coalesce(if(auxiliary is null, account_label, auxiliary_label), customer_code),"
        " (is_own, file_number, line)), customer_code) as customer_name,"
        f" {quoted(settings.currency)} as billing_currency, {declared} as terms_days,"
        " min(line) as _line, to_json(struct_pack(code := customer_code,"
        " accounts := list_sort(list(distinct account)))) as _extra"
        f" from (select *, written_code = customer_code as is_own from {ROWS} where is_receivable)"
        " group by customer_code"
    )


def _invoices(settings: FecSource) -> str:
    return (
        "select record_id as invoice_id, 'fec-' || min(records.customer_code) as customer_id,"
        f" min(records.entry_date) as invoice_date, {quoted(settings.currency)} as currency,"
        " sum(records.amount) as gross_amount,"
        # Only where the entry is this one sale and nothing else.
        " case when -min(sales) = sum(records.amount) then min(output_tax) - min(sales) end as net_amount,"
        " case when -min(sales) = sum(records.amount) then -min(output_tax) end as tax_amount,"
        " case when min(records.class) = 'invoice' then min(piece) end as invoice_number,"
        " coalesce(min(due_date), min(records.entry_date)) as due_date,"
        " min(records.line) as _line, to_json(struct_pack(kind := min(records.class),"
        " due_date_source := coalesce(min(due_date_source), 'none'), piece_date := min(piece_date),"
        " account := min(account), is_undated := min(records.class) = 'opening',"
        " matching_tier := case when min(records.class) = 'opening' then 'T5' end)) as _extra"
        f" from {RECORDS} as records left join {ITEMS} as items on records.number = items.number"
        " where sort = 'invoice' group by record_id"
    )


_DUE_DATES = (
    "select record_id as invoice_id, row_number() over (partition by record_id order by due_date, items.line)"
    " as instalment_no, due_date, records.amount, min(records.entry_date) over (partition by record_id) as valid_from,"
    " records.line as _line, to_json(struct_pack(due_date_source := due_date_source)) as _extra"
    f" from {RECORDS} as records inner join {ITEMS} as items on records.number = items.number"
    " where sort = 'invoice' qualify count(*) over (partition by record_id) > 1"
)


def _payments(settings: FecSource) -> str:
    kinds = " ".join(f"when '{name}' then '{kind}'" for name, kind in _PAYMENT_KINDS.items())
    return (
        "select records.record_id as payment_id, 'fec-' || records.customer_code as customer_id,"
        f" records.entry_date as payment_date, {quoted(settings.currency)} as currency,"
        f" -records.amount as amount, case records.class {kinds} end as kind,"
        " reversed.record_id as reverses_payment_id,"
        " case when starts_with(cash_account, '512') then 'bank' when starts_with(cash_account, '5112') then 'cheque'"
        " when starts_with(cash_account, '53') then 'cash' end as method, records.line as _line,"
        " to_json(struct_pack(kind := records.class, cash_account := cash_account, piece := piece)) as _extra"
        f" from {RECORDS} as records inner join {ITEMS} as items on records.number = items.number"
        f" left join {OUTCOMES} as outcomes on records.number = outcomes.number"
        f" left join {RECORDS} as reversed on outcomes.reverses = reversed.number"
        " where records.sort = 'payment'"
    )


def _settled(sort: str) -> str:
    """Allocations of one sort of credit, one row a pair of records."""
    return (
        "select credits.record_id as credit_id, debits.record_id as invoice_id,"
        " max(allocation_date) as allocation_date, sum(allocations.amount) as amount,"
        " max(tier) as tier, string_agg(distinct step, ',' order by step) as steps,"
        " min(credits.line) as _line"
        f" from {ALLOCATIONS} as allocations inner join {RECORDS} as credits on allocations.credit = credits.number"
        f" inner join {RECORDS} as debits on allocations.debit = debits.number"
        f" where credits.sort = '{sort}' group by credits.record_id, debits.record_id"
    )


_TIERED = "to_json(struct_pack(matching_tier := tier, matched_by := steps)) as _extra"
_PAYMENT_ALLOCATIONS = (
    "select credit_id || '>' || invoice_id as allocation_id, credit_id as payment_id, invoice_id,"
    f" allocation_date, amount, _line, {_TIERED} from ({_settled('payment')})"
)
_CREDIT_NOTE_ALLOCATIONS = (
    "select credit_id as credit_note_id, invoice_id, allocation_date, amount, _line,"
    f" {_TIERED} from ({_settled('credit_note')})"
)
_WRITE_OFFS = (
    "select credit_id || '>' || invoice_id as write_off_id, settled.invoice_id,"
    " allocation_date as write_off_date, settled.amount, 'write_off' as kind, settled._line,"
    " to_json(struct_pack(kind := records.class, matching_tier := tier,"
    " is_in_credit_note_clothes := records.class = 'bad_debt')) as _extra"
    f" from ({_settled('write_off')}) as settled"
    f" inner join {RECORDS} as records on settled.credit_id = records.record_id and records.sort = 'write_off'"
)


def _credit_notes(settings: FecSource) -> str:
    """Credit notes, everything else that is credited, and of losses what no invoice could take."""
    return (
        "select records.record_id as credit_note_id, 'fec-' || records.customer_code as customer_id,"
        f" records.entry_date as credit_date, {quoted(settings.currency)} as currency,"
        " cast(-records.amount - coalesce(written_off.amount, 0) as decimal(18,2)) as gross_amount,"
        " case when sort = 'credit_note' and sales = -records.amount then sales - output_tax end as net_amount,"
        " case when sort = 'credit_note' and sales = -records.amount then output_tax end as tax_amount,"
        " records.line as _line, to_json(struct_pack(kind := records.class, piece := piece)) as _extra"
        f" from {RECORDS} as records left join {ITEMS} as items on records.number = items.number"
        f" left join (select credit, sum(amount) as amount from {ALLOCATIONS} group by credit) as written_off"
        " on records.number = written_off.credit and sort = 'write_off'"
        " where sort in ('credit_note', 'write_off')"
        " and -records.amount - coalesce(written_off.amount, 0) <> 0"
    )
