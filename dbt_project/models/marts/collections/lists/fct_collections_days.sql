with accounts as (select * from {{ ref('fct_at_risk_accounts') }}),

batch as (select * from {{ ref('fct_reminder_batch') }}),

holds as (select * from {{ ref('fct_holds') }}),

broken_promises as (select * from {{ ref('fct_broken_promises') }}),

open_invoices as (select * from {{ ref('int_open_invoices_scored') }}),

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
            ('email_count', "count(*) filter (where decision = 'send' and channel = 'email')", 'batch'),
            ('call_count', "count(*) filter (where decision = 'send' and channel = 'call')", 'batch'),
            ('letter_count', "count(*) filter (where decision = 'send' and channel = 'letter')", 'batch'),
            ('asked_amount_reporting', 'cast(coalesce(sum(asked_amount_reporting), 0) as decimal(18, 2))', 'batch'),
            ('hold_account_count', "count(*) filter (where decision = 'hold')", 'batch'),
            ('wait_account_count', "count(*) filter (where decision = 'wait')", 'batch'),
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
