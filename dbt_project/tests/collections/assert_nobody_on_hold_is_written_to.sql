-- A line of a message whose invoice or customer is on hold that day, unless somebody has overridden the hold.
with batch_invoices as (select * from {{ ref('fct_reminder_batch_invoices') }}),

holds as (select * from {{ ref('fct_holds') }})

select
    batch_invoices.as_of_date,
    batch_invoices.customer_id,
    batch_invoices.invoice_id,
    holds.hold_reason
from batch_invoices
inner join holds
    on
        batch_invoices.as_of_date = holds.as_of_date
        and batch_invoices.customer_id = holds.customer_id
        and (holds.invoice_id is null or holds.invoice_id = batch_invoices.invoice_id)
where
    batch_invoices.as_of_date = {{ as_of_date() }}
    and holds.is_overridden is not true
