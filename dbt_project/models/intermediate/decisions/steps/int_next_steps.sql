with open_invoices as (select * from {{ ref('int_open_invoices_scored') }}),

segments as (select * from {{ ref('int_customer_segments') }}),

steps as (select * from {{ ref('int_policy_steps') }}),

steps_taken as (select * from {{ ref('int_steps_taken') }}),

settings as (select * from {{ ref('int_policy_settings') }}),

-- One step at a time: the first one of the customer's scenario not yet taken. The minimum is compared with
-- the amount invoiced, so that a part payment skips no step; a step before the due date ends on that date.
possible_steps as (
    select
        open_invoices.invoice_id,
        steps.step_no,
        steps.step,
        steps.offset_days,
        steps.channel,
        steps.template,
        steps.tone,
        steps.needs_approval,
        -- Steps that were missed follow each other at the pace of the cap, whatever it allows a customer.
        greatest(
            open_invoices.due_date + steps.offset_days,
            steps_taken.last_step_date + settings.contacts_window_days
        ) as step_date,
        row_number() over (partition by open_invoices.invoice_id order by steps.step_no) as position_no
    from open_invoices
    inner join segments on open_invoices.customer_id = segments.customer_id
    cross join settings
    left join steps_taken on open_invoices.invoice_id = steps_taken.invoice_id
    inner join steps
        on
            segments.scenario = steps.scenario
            and steps.step_no > coalesce(steps_taken.last_step_no, 0)
            and open_invoices.invoice_amount_reporting >= steps.minimum_amount
            and (
                steps.offset_days >= 0
                or (
                    not open_invoices.is_past_due
                    and (open_invoices.is_early_warning or not steps.only_if_predicted_late)
                )
            )
),

stepped as (
    select
        open_invoices.as_of_date,
        open_invoices.invoice_id,
        open_invoices.customer_id,
        open_invoices.invoice_number,
        open_invoices.invoice_date,
        open_invoices.due_date,
        open_invoices.days_past_due,
        open_invoices.is_past_due,
        open_invoices.is_early_warning,
        open_invoices.currency,
        open_invoices.asked_amount,
        open_invoices.asked_amount_reporting,
        possible_steps.step_no,
        possible_steps.step,
        possible_steps.offset_days,
        possible_steps.channel,
        possible_steps.template,
        possible_steps.tone,
        possible_steps.needs_approval,
        possible_steps.step_date,
        coalesce(possible_steps.step_date <= open_invoices.as_of_date, false) as is_step_due
    from open_invoices
    left join possible_steps
        on open_invoices.invoice_id = possible_steps.invoice_id and possible_steps.position_no = 1
),

final as (
    select
        stepped.*,
        stepped.is_past_due or stepped.is_step_due as is_askable
    from stepped
    where stepped.is_past_due or stepped.is_early_warning or stepped.is_step_due
)

select * from final
