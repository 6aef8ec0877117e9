{#- What hangs on the invoice itself at the landmark: how it was delivered, dispute, promise, reminders.
    Joined by invoice. -#}
with open_invoices as (select * from {{ ref('feat_open_invoices') }}),

invoices as (select * from {{ ref('int_invoices_unioned') }}),

disputes as (select * from {{ ref('int_disputes_unioned') }}),

promises as (select * from {{ ref('int_promises_unioned') }}),

activities as (select * from {{ ref('int_activities_unioned') }}),

first_facts as (select * from {{ ref('feat_first_facts') }}),

disputed as (
    select distinct
        open_invoices.landmark_date,
        open_invoices.invoice_id
    from open_invoices
    inner join disputes on open_invoices.invoice_id = disputes.invoice_id
    where
        disputes.known_date < open_invoices.landmark_date
        and (
            disputes.resolved_date is null
            or greatest(disputes.resolved_date, cast(disputes.recorded_at as date)) >= open_invoices.landmark_date
        )
),

promised as (
    select
        open_invoices.landmark_date,
        open_invoices.invoice_id,
        min(promises.promised_date - open_invoices.landmark_date) as days_to_promised
    from open_invoices
    inner join promises on open_invoices.invoice_id = promises.invoice_id
    where
        promises.known_date < open_invoices.landmark_date
        and promises.promised_date >= open_invoices.landmark_date
        and (
            promises.cancelled_date is null
            or greatest(promises.cancelled_date, cast(promises.recorded_at as date)) >= open_invoices.landmark_date
        )
    group by open_invoices.landmark_date, open_invoices.invoice_id
),

reminded as (
    select
        open_invoices.landmark_date,
        open_invoices.invoice_id,
        count(*) as reminder_count
    from open_invoices
    inner join activities on open_invoices.invoice_id = activities.invoice_id
    where
        activities.known_date < open_invoices.landmark_date
        and activities.kind = 'reminder'
        and activities.direction = 'out'
    group by open_invoices.landmark_date, open_invoices.invoice_id
),

final as (
    select
        open_invoices.landmark_date,
        open_invoices.invoice_id,
        invoices.delivery_channel,
        case
            when first_facts.first_dispute_date < open_invoices.landmark_date then disputed.invoice_id is not null
        end as is_disputed,
        promised.days_to_promised,
        {{ if_told('activity', 'open_invoices.landmark_date', 'reminded.reminder_count') }} as reminder_count
    from open_invoices
    inner join invoices on open_invoices.invoice_id = invoices.invoice_id
    cross join first_facts
    left join disputed
        on open_invoices.invoice_id = disputed.invoice_id and open_invoices.landmark_date = disputed.landmark_date
    left join promised
        on open_invoices.invoice_id = promised.invoice_id and open_invoices.landmark_date = promised.landmark_date
    left join reminded
        on open_invoices.invoice_id = reminded.invoice_id and open_invoices.landmark_date = reminded.landmark_date
)

select * from final
