with next_steps as (select * from {{ ref('int_next_steps') }}),

segments as (select * from {{ ref('int_customer_segments') }}),

steps_taken as (select * from {{ ref('int_steps_taken') }}),

steps as (select * from {{ ref('int_policy_steps') }}),

invoice_holds as (select * from {{ ref('int_invoice_holds') }}),

message_lines as (select * from {{ ref('int_message_lines') }}),

holds as (
    select
        held_invoice_id,
        max(hold_reason) filter (where is_deciding) as hold_reason,
        -- Free when the last of its holds ends; null while one of them has no end.
        case when count(hold_until_date) = count(*) then max(hold_until_date) end as hold_until_date
    from invoice_holds
    group by held_invoice_id
),

final as (
    select
        next_steps.as_of_date,
        next_steps.customer_id,
        next_steps.invoice_id,
        next_steps.invoice_number,
        next_steps.currency,
        next_steps.asked_amount,
        next_steps.asked_amount_reporting,
        {{ reporting_currency() }} as reporting_currency,
        next_steps.due_date,
        cast(next_steps.days_past_due as integer) as days_past_due,
        last_steps.step as last_step,
        next_steps.step,
        cast(next_steps.step_date as date) as step_date,
        next_steps.is_step_due,
        holds.hold_reason,
        holds.hold_until_date,
        message_lines.invoice_id is not null as is_in_message
    from next_steps
    inner join segments on next_steps.customer_id = segments.customer_id
    left join steps_taken on next_steps.invoice_id = steps_taken.invoice_id
    left join steps as last_steps
        on segments.scenario = last_steps.scenario and steps_taken.last_step_no = last_steps.step_no
    left join holds on next_steps.invoice_id = holds.held_invoice_id
    left join message_lines on next_steps.invoice_id = message_lines.invoice_id
)

select * from final
