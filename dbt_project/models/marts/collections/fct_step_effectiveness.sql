with contact_outcomes as (select * from {{ ref('int_contact_outcomes_by_date') }}),

totals as (
    select
        as_of_date,
        step,
        channel,
        sum(contact_count) as sent_count,
        sum(response_count) as response_count,
        sum(cash_reporting) as cash_reporting,
        sum(contact_count) filter (where is_first_reminder) as first_reminder_count,
        sum(response_count) filter (where is_first_reminder) as first_reminder_response_count,
        sum(cash_reporting) filter (where is_first_reminder) as first_reminder_cash_reporting
    from contact_outcomes
    group by as_of_date, step, channel
),

final as (
    select
        as_of_date,
        step,
        channel,
        {{ reporting_currency() }} as reporting_currency,
        cast(sent_count as bigint) as sent_count,
        cast(response_count as bigint) as response_count,
        round({{ ratio('response_count', 'sent_count') }}, 6) as response_rate,
        {{ money('cash_reporting') }} as cash_in_response_days_reporting,
        cast(coalesce(first_reminder_count, 0) as bigint) as first_reminder_count,
        cast(coalesce(first_reminder_response_count, 0) as bigint) as first_reminder_response_count,
        round({{ ratio('first_reminder_response_count', 'first_reminder_count') }}, 6) as first_reminder_response,
        {{ money('coalesce(first_reminder_cash_reporting, 0)') }} as first_reminder_cash_in_response_days_reporting
    from totals
)

select * from final
