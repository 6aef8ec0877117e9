-- An invoice that takes today a step which a contact about it names already, or a second one within the cap.
with batch_invoices as (select * from {{ ref('fct_reminder_batch_invoices') }}),

activities as (select * from {{ ref('int_activities_unioned') }}),

steps as (select * from {{ ref('int_policy_steps') }}),

settings as (select * from {{ ref('int_policy_settings') }})

select
    batch_invoices.invoice_id,
    batch_invoices.step,
    activities.activity_id
from batch_invoices
inner join activities on batch_invoices.invoice_id = activities.invoice_id
cross join settings
where
    batch_invoices.as_of_date = {{ as_of_date() }}
    and batch_invoices.is_step_due
    and activities.activity_date <= {{ as_of_date() }}
    and (
        activities.step = batch_invoices.step
        or (
            activities.activity_date > {{ as_of_date() }} - settings.contacts_window_days
            and activities.step in (select step from steps)
        )
    )
