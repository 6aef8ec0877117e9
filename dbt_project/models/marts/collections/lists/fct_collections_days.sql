with accounts as (select * from {{ ref('fct_at_risk_accounts') }}),

batch as (select * from {{ ref('fct_reminder_batch') }}),

holds as (select * from {{ ref('fct_holds') }}),

broken_promises as (select * from {{ ref('fct_broken_promises') }}),

open_invoices as (select * from {{ ref('int_open_invoices_scored') }}),

facts as (select * from {{ ref('int_account_facts') }}),

customer_360 as (select * from {{ ref('fct_customer_360') }}),

automatic_accounts as (
    select
        batch.as_of_date,
        batch.customer_id,
        customer_360.past_due_amount_reporting
    from batch
    inner join facts on batch.customer_id = facts.customer_id and batch.as_of_date = facts.as_of_date
    inner join customer_360 on batch.customer_id = customer_360.customer_id
    where batch.lane = 'automatic' and (facts.is_past_due or facts.is_early_warning)
),

final as (
    select
        {{ as_of_date() }} as as_of_date,
        {{ reporting_currency() }} as reporting_currency,
        {%- for name, expression, relation in [
            ('open_amount_reporting', 'cast(coalesce(sum(open_amount_reporting), 0) as decimal(18, 2))', 'open_invoices'),
            ('past_due_amount_reporting', 'cast(coalesce(sum(past_due_amount_reporting), 0) as decimal(18, 2))', 'open_invoices'),
            ('at_risk_account_count', 'count(*)', 'accounts'),
            ('early_warning_account_count', 'count(*) filter (where not is_past_due)', 'accounts'),
            ('exposure_amount', 'cast(sum(exposure_amount) as decimal(18, 2))', 'accounts'),
            ('automatic_account_count', 'count(*)', 'automatic_accounts'),
            ('automatic_amount_reporting', 'cast(coalesce(sum(past_due_amount_reporting), 0) as decimal(18, 2))', 'automatic_accounts'),
            ('email_count', "count(*) filter (where decision = 'send' and channel = 'email')", 'batch'),
            ('call_count', "count(*) filter (where decision = 'send' and channel = 'call')", 'batch'),
            ('letter_count', "count(*) filter (where decision = 'send' and channel = 'letter')", 'batch'),
            ('task_count', "count(*) filter (where decision = 'send' and channel = 'slack_task')", 'batch'),
            ('asked_amount_reporting', 'cast(coalesce(sum(asked_amount_reporting), 0) as decimal(18, 2))', 'batch'),
            ('hold_account_count', "count(*) filter (where decision = 'hold')", 'batch'),
            ('wait_account_count', "count(*) filter (where decision = 'wait')", 'batch'),
            ('holdout_account_count', "count(*) filter (where decision_reason = 'holdout')", 'batch'),
            ('deferred_amount_reporting', 'cast(coalesce(sum(attributed_amount_reporting), 0) as decimal(18, 2))', 'holds'),
            ('broken_promise_count', 'count(*)', 'broken_promises'),
            ('new_broken_promise_count', 'count(*) filter (where is_new)', 'broken_promises'),
        ] %}
        (
            select {{ expression }}
            from {{ relation }}
            where as_of_date = {{ as_of_date() }}
        ) as {{ name }}{{ "," if not loop.last }}
        {%- endfor %}
)

select * from final
