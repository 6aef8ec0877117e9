with open_invoices as (select * from {{ ref('int_open_invoices_scored') }}),

activities as (select * from {{ ref('int_activities_unioned') }}),

segments as (select * from {{ ref('int_customer_segments') }}),

steps as (select * from {{ ref('int_policy_steps') }}),

contacts as (
    select
        activity_date,
        kind,
        step,
        customer_id,
        invoice_id
    from activities
    where
        activity_date <= {{ as_of_date() }}
        and ((direction = 'out' and kind in ('reminder', 'call', 'letter')) or channel = 'slack_task')
        -- A line of the desk's own message without a step was listed there only because another was due.
        and (source_name is distinct from 'desk' or step is not null or template is null)
),

-- A contact that names no invoice was about all that was past due on its day.
contacts_by_invoice as (
    select
        open_invoices.invoice_id,
        open_invoices.customer_id,
        open_invoices.due_date,
        contacts.activity_date,
        contacts.kind,
        contacts.step
    from contacts
    inner join open_invoices on contacts.invoice_id = open_invoices.invoice_id
    union all
    select
        open_invoices.invoice_id,
        open_invoices.customer_id,
        open_invoices.due_date,
        contacts.activity_date,
        contacts.kind,
        contacts.step
    from contacts
    inner join open_invoices
        on contacts.customer_id = open_invoices.customer_id and contacts.activity_date > open_invoices.due_date
    where contacts.invoice_id is null
),

-- A step is one of the date that is due now: what an earlier instalment was told says nothing of the next.
named as (
    select
        contacts_by_invoice.invoice_id,
        contacts_by_invoice.due_date,
        contacts_by_invoice.activity_date,
        segments.scenario,
        steps.step_no
    from contacts_by_invoice
    inner join segments on contacts_by_invoice.customer_id = segments.customer_id
    left join steps
        on
            segments.scenario = steps.scenario
            and contacts_by_invoice.step = steps.step
            and contacts_by_invoice.activity_date >= contacts_by_invoice.due_date + least(steps.offset_days, 1)
),

-- Contacts from before the policy, or under another scenario, name none of its steps: each day of contact
-- after the due date counts as one step after the due date, so that nobody starts again from the friendliest word.
counted as (
    select
        invoice_id,
        scenario,
        max(step_no) as named_step_no,
        max(activity_date) filter (where step_no is not null) as last_named_date,
        count(distinct activity_date) filter (where step_no is null and activity_date > due_date)
            as unnamed_contact_count,
        max(activity_date) filter (where step_no is not null or activity_date > due_date) as last_step_date
    from named
    group by invoice_id, scenario
),

-- What a person did after the last named step is the next one where it is of its kind: a call noted without
-- its step is the call that was due, and a call of somebody's own is not the letter.
followed as (
    select
        counted.invoice_id,
        steps.step_no
    from counted
    inner join steps on counted.scenario = steps.scenario and counted.named_step_no + 1 = steps.step_no
    inner join contacts_by_invoice
        on
            counted.invoice_id = contacts_by_invoice.invoice_id
            and counted.last_named_date < contacts_by_invoice.activity_date
            and steps.channel
            = case contacts_by_invoice.kind when 'reminder' then 'email' else contacts_by_invoice.kind end
    group by counted.invoice_id, steps.step_no
),

steps_after_due as (
    select
        scenario,
        step_no,
        row_number() over (partition by scenario order by step_no) as position_no
    from steps
    where offset_days >= 0
),

final as (
    select
        {{ as_of_date() }} as as_of_date,
        counted.invoice_id,
        greatest(
            coalesce(counted.named_step_no, 0),
            coalesce(followed.step_no, 0),
            coalesce(max(steps_after_due.step_no), 0)
        ) as last_step_no,
        counted.last_step_date
    from counted
    left join followed on counted.invoice_id = followed.invoice_id
    left join steps_after_due
        on
            counted.scenario = steps_after_due.scenario
            and counted.unnamed_contact_count >= steps_after_due.position_no
    group by counted.invoice_id, counted.named_step_no, counted.last_step_date, followed.step_no
)

select * from final
