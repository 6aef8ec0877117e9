{%- set hourly_cost = "cast('" ~ param('hourly_cost') ~ "' as decimal(12, 4))" -%}
{%- set cost = "quarters.minutes * " ~ hourly_cost ~ " / 60" -%}
with as_of_dates as (select * from {{ ref('int_as_of_dates') }}),

awareness as (select * from {{ ref('int_awareness_by_date') }}),

contact_outcomes as (select * from {{ ref('int_contact_outcomes_by_date') }}),

reminders_to_payment as (select * from {{ ref('int_reminders_to_payment_by_date') }}),

leaking_invoices as (select * from {{ ref('int_leaking_invoices') }}),

open_items as (select * from {{ ref('int_open_items') }}),

activities as (select * from {{ ref('int_activities_unioned') }}),

quarters as (select * from {{ ref('int_collecting_quarters') }}),

first_reminders as (
    select
        as_of_date,
        sum(contact_count) as first_reminder_count,
        sum(response_count) as first_reminder_response_count
    from contact_outcomes
    where is_first_reminder
    group by as_of_date
),

leakage as (
    select
        as_of_date,
        count(*) as leakage_count,
        sum(past_due_amount_reporting) as leakage_amount_reporting
    from leaking_invoices
    group by as_of_date
),

past_due as (
    select as_of_date, sum(open_amount_reporting) as past_due_amount_reporting
    from open_items
    where days_past_due > 0
    group by as_of_date
),

figures as (
    select
        as_of_dates.as_of_date,
        {{ reporting_currency() }} as reporting_currency,
        cast(awareness.problem_count as bigint) as awareness_problem_count,
        cast(awareness.noticed_count as bigint) as awareness_noticed_count,
        cast(awareness.problem_count - awareness.noticed_count as bigint) as awareness_unnoticed_count,
        round({{ ratio('awareness.noticed_delay_days', 'awareness.noticed_count') }}, 6) as awareness_delay_mean_days,
        round(cast(awareness.median_days as double), 6) as awareness_delay_median_days,
        round({{ ratio('awareness.delay_days', 'awareness.problem_count') }}, 6)
            as awareness_delay_mean_days_incl_unnoticed,
        cast(coalesce(first_reminders.first_reminder_count, 0) as bigint) as first_reminder_count,
        cast(coalesce(first_reminders.first_reminder_response_count, 0) as bigint) as first_reminder_response_count,
        round({{ ratio('first_reminders.first_reminder_response_count', 'first_reminders.first_reminder_count') }}, 6)
            as first_reminder_response,
        {{ param('response_days') }} as response_days,
        cast(coalesce(reminders_to_payment.settled_count, 0) as bigint) as cash_settled_invoice_count,
        cast(coalesce(reminders_to_payment.reminded_count, 0) as bigint) as reminded_settled_invoice_count,
        round({{ ratio('reminders_to_payment.reminder_count', 'reminders_to_payment.reminded_count') }}, 6)
            as reminders_to_payment,
        round({{ ratio('reminders_to_payment.reminder_count', 'reminders_to_payment.settled_count') }}, 6)
            as reminders_to_payment_all,
        cast(quarters.minutes as bigint) as collector_minutes_3m,
        {{ money(cost) }} as collector_cost_3m_reporting,
        round(cast(quarters.minutes as double) / 60 * 7 / quarters.window_days, 6) as collector_hours_per_week,
        cast({{ hourly_cost }} as decimal(18, 2)) as hourly_cost_reporting,
        {{ money(cost ~ ' * 365 / quarters.window_days') }} as collector_cost_yearly_reporting,
        {{ money('quarters.cash_reporting') }} as cash_received_3m_reporting,
        round({{ ratio(cost, 'quarters.cash_reporting') }}, 6) as cost_to_collect,
        cast(coalesce(leakage.leakage_count, 0) as bigint) as leakage_count,
        cast(coalesce(leakage.leakage_amount_reporting, 0) as decimal(18, 2)) as leakage_amount_reporting,
        cast(coalesce(past_due.past_due_amount_reporting, 0) as decimal(18, 2)) as past_due_amount_reporting,
        round({{ ratio('coalesce(leakage.leakage_amount_reporting, 0)', 'past_due.past_due_amount_reporting') }}, 6)
            as leakage_pct
    from as_of_dates
    inner join awareness on as_of_dates.as_of_date = awareness.as_of_date
    inner join quarters on as_of_dates.as_of_date = quarters.as_of_date
    left join first_reminders on as_of_dates.as_of_date = first_reminders.as_of_date
    left join reminders_to_payment on as_of_dates.as_of_date = reminders_to_payment.as_of_date
    left join leakage on as_of_dates.as_of_date = leakage.as_of_date
    left join past_due on as_of_dates.as_of_date = past_due.as_of_date
),

-- Before the first recorded activity nobody knows who was chased: unknown, not nobody.
recorded as (
    select figures.as_of_date from figures
    where figures.as_of_date >= (select min(activities.activity_date) from activities)
),

final as (
    select
        {%- for column in [
            'as_of_date', 'reporting_currency', 'cash_settled_invoice_count', 'cash_received_3m_reporting',
            'past_due_amount_reporting', 'hourly_cost_reporting', 'response_days'
        ] %}
        figures.{{ column }},
        {%- endfor %}
        {%- for column in [
            'awareness_problem_count', 'awareness_noticed_count', 'awareness_unnoticed_count',
            'awareness_delay_mean_days', 'awareness_delay_median_days', 'awareness_delay_mean_days_incl_unnoticed',
            'first_reminder_count', 'first_reminder_response_count', 'first_reminder_response',
            'reminded_settled_invoice_count', 'reminders_to_payment', 'reminders_to_payment_all', 'collector_minutes_3m',
            'collector_cost_3m_reporting', 'collector_hours_per_week', 'collector_cost_yearly_reporting', 'cost_to_collect',
            'leakage_count', 'leakage_amount_reporting', 'leakage_pct'
        ] %}
        if(recorded.as_of_date is not null, figures.{{ column }}, null) as {{ column }}{{ "," if not loop.last }}
        {%- endfor %}
    from figures
    left join recorded on figures.as_of_date = recorded.as_of_date
)

select * from final
