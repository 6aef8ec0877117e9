with proposals as (select * from {{ ref('int_account_proposals') }}),

next_steps as (select * from {{ ref('int_next_steps') }}),

invoice_holds as (select * from {{ ref('int_invoice_holds') }}),

steps as (select * from {{ ref('int_policy_steps') }}),

-- A reminder lists all that is past due and not held; a notice before the due date, what it is about.
final as (
    select
        next_steps.as_of_date,
        next_steps.customer_id,
        next_steps.invoice_id,
        next_steps.invoice_number,
        next_steps.invoice_date,
        next_steps.due_date,
        next_steps.days_past_due,
        next_steps.currency,
        next_steps.asked_amount,
        next_steps.asked_amount_reporting,
        case when next_steps.is_step_due then next_steps.step_no end as step_no,
        case when next_steps.is_step_due then next_steps.step end as step,
        next_steps.is_step_due
    from proposals
    inner join steps on proposals.scenario = steps.scenario and proposals.step_no = steps.step_no
    inner join next_steps on proposals.customer_id = next_steps.customer_id
    anti join invoice_holds on next_steps.invoice_id = invoice_holds.held_invoice_id
    where
        proposals.decision = 'send'
        and (
            (steps.offset_days >= 0 and next_steps.is_past_due)
            or (steps.offset_days <= 0 and not next_steps.is_past_due and next_steps.is_step_due)
        )
)

select * from final
