-- An account of the automatic lane on the list, or in a message that takes a person.
with batch as (select * from {{ ref('fct_reminder_batch') }}),

accounts as (select * from {{ ref('fct_at_risk_accounts') }})

select
    batch.as_of_date,
    batch.customer_id,
    batch.channel
from batch
left join accounts on batch.customer_id = accounts.customer_id and batch.as_of_date = accounts.as_of_date
where
    batch.lane = 'automatic'
    and (accounts.customer_id is not null or batch.channel <> 'email' or batch.needs_approval)
