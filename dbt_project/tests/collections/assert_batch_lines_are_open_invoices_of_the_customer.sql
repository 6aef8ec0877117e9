-- A line that asks a customer for more than the open items of that customer's invoice hold.
with batch_invoices as (select * from {{ ref('fct_reminder_batch_invoices') }}),

open_items as (select * from {{ ref('fct_open_items') }}),

open_invoices as (
    select
        customer_id,
        invoice_id,
        currency,
        sum(open_amount) as open_amount
    from open_items
    where as_of_date = {{ as_of_date() }}
    group by customer_id, invoice_id, currency
)

select
    batch_invoices.customer_id,
    batch_invoices.invoice_id
from batch_invoices
left join open_invoices
    on
        batch_invoices.invoice_id = open_invoices.invoice_id
        and batch_invoices.customer_id = open_invoices.customer_id
        and batch_invoices.currency = open_invoices.currency
where
    batch_invoices.as_of_date = {{ as_of_date() }}
    and (
        open_invoices.invoice_id is null
        or batch_invoices.open_amount <= 0
        or batch_invoices.open_amount > open_invoices.open_amount
    )
