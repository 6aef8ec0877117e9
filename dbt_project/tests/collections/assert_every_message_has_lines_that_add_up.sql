-- A customer who is written to without lines, a line without a message, or a total that differs.
with batch as (select * from {{ ref('fct_reminder_batch') }}),

batch_invoices as (select * from {{ ref('fct_reminder_batch_invoices') }}),

lines as (
    select
        as_of_date,
        customer_id,
        sum(open_amount_reporting) as asked_amount_reporting,
        count(*) as invoice_count
    from batch_invoices
    group by as_of_date, customer_id
)

select
    coalesce(batch.customer_id, lines.customer_id) as customer_id,
    batch.decision
from batch
full outer join lines on batch.customer_id = lines.customer_id and batch.as_of_date = lines.as_of_date
where
    batch.customer_id is null
    or (batch.decision = 'send') <> (lines.customer_id is not null)
    or batch.asked_amount_reporting <> coalesce(lines.asked_amount_reporting, 0)
    or batch.invoice_count <> coalesce(lines.invoice_count, 0)
