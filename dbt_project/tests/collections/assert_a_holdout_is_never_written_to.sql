-- A customer of the holdout that is written to, or one that waits for the experiment without being in it.
with batch as (select * from {{ ref('fct_reminder_batch') }}),

batch_invoices as (select * from {{ ref('fct_reminder_batch_invoices') }})

select
    batch.as_of_date,
    batch.customer_id
from batch
left join batch_invoices
    on batch.customer_id = batch_invoices.customer_id and batch.as_of_date = batch_invoices.as_of_date
where
    (batch.experiment_arm = 'holdout' and (batch.decision <> 'wait' or batch_invoices.invoice_id is not null))
    or (batch.decision_reason = 'holdout' and batch.experiment_arm is distinct from 'holdout')
