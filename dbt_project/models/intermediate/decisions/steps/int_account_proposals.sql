with next_steps as (select * from {{ ref('int_next_steps') }}),

invoice_holds as (select * from {{ ref('int_invoice_holds') }}),

segments as (select * from {{ ref('int_customer_segments') }}),

contacts as (select * from {{ ref('int_contacts_chosen') }}),

settings as (select * from {{ ref('int_policy_settings') }}),

held_invoices as (
    select
        held_invoice_id,
        arg_min(hold_reason, hold_priority) as hold_reason,
        min(hold_priority) as hold_priority,
        -- Free when the last of its holds ends; null while one of them has no end.
        case when count(hold_until_date) = count(*) then max(hold_until_date) end as hold_until_date
    from invoice_holds
    group by held_invoice_id
),

accounts as (
    select
        next_steps.customer_id,
        count(*) filter (where held_invoices.held_invoice_id is null) as free_invoice_count,
        count(*) filter (where held_invoices.held_invoice_id is null and next_steps.is_past_due) as free_past_due_count,
        count(*) filter (
            where
                held_invoices.held_invoice_id is null
                and next_steps.is_past_due
                and next_steps.step_no is null
        ) as exhausted_invoice_count,
        max(next_steps.step_no) filter (
            where held_invoices.held_invoice_id is null and next_steps.is_step_due
        ) as due_step_no,
        min(next_steps.step_date) filter (where held_invoices.held_invoice_id is null) as next_step_date,
        arg_min(held_invoices.hold_reason, held_invoices.hold_priority) as hold_reason,
        min(held_invoices.hold_until_date) as hold_until_date,
        count(held_invoices.held_invoice_id) as held_invoice_count,
        sum(next_steps.asked_amount_reporting) filter (
            where held_invoices.held_invoice_id is not null and next_steps.is_askable
        ) as deferred_amount_reporting
    from next_steps
    left join held_invoices on next_steps.invoice_id = held_invoices.held_invoice_id
    group by next_steps.customer_id
),

reasoned as (
    select
        accounts.*,
        segments.policy_segment,
        segments.scenario,
        segments.lane,
        case
            when accounts.free_invoice_count = 0 then accounts.hold_reason
            when settings.is_quiet_day then 'quiet_day'
            when segments.is_public_holiday then 'public_holiday'
            -- The automatic lane writes e-mails or nothing: it falls back on no channel that takes a person.
            when accounts.due_step_no is not null and segments.lane = 'automatic' and contacts.email is null
                then 'no_channel'
            when accounts.due_step_no is not null then 'step_due'
            when accounts.free_past_due_count > 0 and accounts.exhausted_invoice_count = accounts.free_past_due_count
                then 'scenario_exhausted'
            else 'step_not_reached'
        end as decision_reason
    from accounts
    inner join segments on accounts.customer_id = segments.customer_id
    left join contacts on accounts.customer_id = contacts.customer_id
    cross join settings
),

final as (
    select
        {{ as_of_date() }} as as_of_date,
        customer_id,
        policy_segment,
        scenario,
        lane,
        case
            when free_invoice_count = 0 then 'hold'
            when decision_reason = 'step_due' then 'send'
            else 'wait'
        end as decision,
        decision_reason,
        case when decision_reason = 'step_due' then due_step_no end as step_no,
        next_step_date,
        hold_reason,
        hold_until_date,
        held_invoice_count,
        cast(coalesce(deferred_amount_reporting, 0) as decimal(18, 2)) as deferred_amount_reporting
    from reasoned
)

select * from final
