-- A customer written to today although the cap's contacts were made in its window already.
with batch as (select * from {{ ref('fct_reminder_batch') }}),

activities as (select * from {{ ref('int_activities_unioned') }}),

invoices as (select * from {{ ref('int_invoices_unioned') }}),

settings as (select * from {{ ref('int_policy_settings') }}),

contacts as (
    select distinct
        coalesce(activities.customer_id, invoices.customer_id) as customer_id,
        activities.kind,
        activities.activity_date
    from activities
    cross join settings
    left join invoices on activities.invoice_id = invoices.invoice_id
    where
        ((activities.direction = 'out' and activities.kind <> 'note') or activities.channel = 'slack_task')
        and activities.activity_date <= {{ as_of_date() }}
        and activities.activity_date > {{ as_of_date() }} - settings.contacts_window_days
)

select
    batch.customer_id,
    count(*) as contact_count
from batch
inner join contacts on batch.customer_id = contacts.customer_id
cross join settings
where batch.as_of_date = {{ as_of_date() }} and batch.decision = 'send'
group by batch.customer_id, settings.contacts_maximum
having count(*) >= settings.contacts_maximum
