{#- Past due and nobody has done anything since the oldest open instalment fell due. -#}
with open_items as (select * from {{ ref('int_open_items') }}),

invoice_actions as (
    select subject_id as invoice_id, action_date
    from {{ ref('int_own_actions') }}
    where subject = 'invoice'
),

customer_actions as (
    select subject_id as customer_id, action_date
    from {{ ref('int_own_actions') }}
    where subject = 'customer'
),

past_due as (
    select
        as_of_date,
        invoice_id,
        customer_id,
        currency,
        min(due_date) as oldest_due_date,
        max(days_past_due) as days_past_due,
        sum(open_amount) as past_due_amount,
        sum(open_amount_reporting) as past_due_amount_reporting
    from open_items
    where days_past_due > 0
    group by as_of_date, invoice_id, customer_id, currency
),

-- The last action by the as-of date is enough to know.
final as (
    select
        past_due.as_of_date,
        past_due.invoice_id,
        past_due.customer_id,
        past_due.currency,
        past_due.oldest_due_date,
        past_due.past_due_amount,
        past_due.past_due_amount_reporting,
        greatest(invoice_actions.action_date, customer_actions.action_date) as last_action_date
    from past_due
    asof left join invoice_actions
        on past_due.invoice_id = invoice_actions.invoice_id and past_due.as_of_date >= invoice_actions.action_date
    asof left join customer_actions
        on past_due.customer_id = customer_actions.customer_id and past_due.as_of_date >= customer_actions.action_date
    where
        past_due.days_past_due >= {{ param('leakage_days') }}
        and coalesce(greatest(invoice_actions.action_date, customer_actions.action_date), past_due.oldest_due_date)
        <= past_due.oldest_due_date
)

select * from final
