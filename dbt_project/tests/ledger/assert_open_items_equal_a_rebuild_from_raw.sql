-- What each invoice owes on the run's date, rebuilt from the staged records without the ledger: sums of what
-- is dated by then, nothing else.
with invoices as (select * from {{ ref('int_invoices_unioned') }}),

payments as (select * from {{ ref('int_payments_unioned') }}),

credit_notes as (select * from {{ ref('int_credit_notes_unioned') }}),

open_items as (select * from {{ ref('fct_open_items') }}),

settlements as (
    select
        allocations.invoice_id,
        greatest(payments.payment_date, allocations.allocation_date) as settled_date,
        allocations.amount
    from ({{ staged('payment_allocations') }}) as allocations
    inner join payments on allocations.payment_id = payments.payment_id
    inner join invoices on allocations.invoice_id = invoices.invoice_id and payments.currency = invoices.currency
    union all
    select
        allocations.invoice_id,
        greatest(credit_notes.credit_date, allocations.allocation_date) as settled_date,
        allocations.amount
    from ({{ staged('credit_note_allocations') }}) as allocations
    inner join credit_notes on allocations.credit_note_id = credit_notes.credit_note_id
    inner join invoices on allocations.invoice_id = invoices.invoice_id and credit_notes.currency = invoices.currency
    union all
    select invoice_id, write_off_date as settled_date, amount
    from ({{ staged('write_offs') }})
    union all
    select invoice_id, void_date as settled_date, gross_amount as amount
    from invoices
    where void_date is not null
),

settled as (
    select invoice_id, sum(amount) as amount
    from settlements
    where settled_date <= {{ as_of_date() }}
    group by invoice_id
),

rebuilt as (
    select invoices.invoice_id, invoices.gross_amount - coalesce(settled.amount, 0) as open_amount
    from invoices
    left join settled on invoices.invoice_id = settled.invoice_id
    where invoices.invoice_date <= {{ as_of_date() }}
),

published as (
    select invoice_id, sum(open_amount) as open_amount
    from open_items
    where as_of_date = {{ as_of_date() }}
    group by invoice_id
)

select
    rebuilt.invoice_id,
    rebuilt.open_amount,
    published.open_amount as published_amount
from rebuilt
full outer join published on rebuilt.invoice_id = published.invoice_id
where greatest(coalesce(rebuilt.open_amount, 0), 0) <> coalesce(published.open_amount, 0)
