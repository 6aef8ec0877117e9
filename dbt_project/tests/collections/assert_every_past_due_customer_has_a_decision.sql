-- Leakage: a customer with money past due of whom the day says nothing.
with open_items as (select * from {{ ref('fct_open_items') }}),

batch as (select * from {{ ref('fct_reminder_batch') }}),

past_due_customers as (
    select distinct customer_id
    from open_items
    where as_of_date = {{ as_of_date() }} and open_amount > 0 and days_past_due > 0
),

decided as (
    select customer_id
    from batch
    where as_of_date = {{ as_of_date() }}
)

select past_due_customers.customer_id
from past_due_customers
anti join decided on past_due_customers.customer_id = decided.customer_id
