-- An invoice that a message lists and its decision does not, or that is both held and listed; a customer that
-- the batch decides on without any of its invoices.
with decisions as (select * from {{ ref('fct_invoice_decisions') }}),

batch_invoices as (select * from {{ ref('fct_reminder_batch_invoices') }}),

batch as (select * from {{ ref('fct_reminder_batch') }})

select
    coalesce(decisions.customer_id, batch_invoices.customer_id) as customer_id,
    coalesce(decisions.invoice_id, batch_invoices.invoice_id) as invoice_id
from decisions
full outer join batch_invoices
    on decisions.invoice_id = batch_invoices.invoice_id and decisions.as_of_date = batch_invoices.as_of_date
where
    coalesce(decisions.as_of_date, batch_invoices.as_of_date) = {{ as_of_date() }}
    and (
        decisions.invoice_id is null
        or decisions.is_in_message <> (batch_invoices.invoice_id is not null)
        or (decisions.is_in_message and decisions.hold_reason is not null)
    )
union all
select
    batch.customer_id,
    null as invoice_id
from batch
anti join decisions on batch.customer_id = decisions.customer_id and batch.as_of_date = decisions.as_of_date
where batch.as_of_date = {{ as_of_date() }}
