-- A priority that is not its parts, in the batch or on the list, or a part that counts the wrong way.
with batch as (select * from {{ ref('fct_reminder_batch') }}),

accounts as (select * from {{ ref('fct_at_risk_accounts') }})

select
    batch.as_of_date,
    batch.customer_id
from batch
left join accounts on batch.customer_id = accounts.customer_id and batch.as_of_date = accounts.as_of_date
where
    batch.priority_amount <> coalesce(batch.cash_accelerated_amount, 0)
    + coalesce(batch.loss_avoided_amount, 0)
    + coalesce(batch.revenue_at_stake_amount, 0)
    - coalesce(batch.churn_cost_amount, 0)
    - batch.contact_cost_amount
    or least(
        batch.cash_accelerated_amount,
        batch.loss_avoided_amount,
        batch.revenue_at_stake_amount,
        batch.churn_cost_amount,
        batch.contact_cost_amount
    ) < 0
    or (accounts.customer_id is not null and accounts.priority_amount is distinct from batch.priority_amount)
