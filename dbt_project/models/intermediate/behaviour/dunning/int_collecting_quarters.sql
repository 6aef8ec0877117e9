with as_of_dates as (select * from {{ ref('int_as_of_dates') }}),

activities as (select * from {{ ref('int_activities_unioned') }}),

events as (select * from {{ ref('int_receivable_events') }}),

rates as (select * from {{ ref('int_fx_rates_every_day') }}),

-- Work and cash of each month; cash at the rate of its own day (K8), refunds and chargebacks negative.
flows as (
    select activity_date as flow_date, 1 as activity_count, minutes, cast(0 as decimal(38, 14)) as cash_reporting
    from activities
    where activity_date <= {{ as_of_date() }}
    union all
    select events.effective_date as flow_date, 0, null, events.unapplied_amount * rates.rate
    from events
    inner join rates on events.currency = rates.from_currency and events.rate_date = rates.rate_date
    where
        events.event_type in ('receipt', 'prepayment', 'refund', 'chargeback')
        and events.effective_date <= {{ as_of_date() }}
),

months as (
    select
        cast(date_trunc('month', flow_date) as date) as month_start_date,
        sum(activity_count) as activity_count,
        sum(minutes) as minutes,
        sum(cash_reporting) as cash_reporting
    from flows
    group by all
),

final as (
    select
        as_of_dates.as_of_date,
        cast(
            as_of_dates.as_of_date - cast(as_of_dates.month_start_date - interval 2 month as date) + 1 as integer
        ) as window_days,
        -- Work whose minutes nobody notes costs something unknown; no work costs nothing.
        if(coalesce(sum(months.activity_count), 0) = 0, 0, sum(months.minutes)) as minutes,
        coalesce(sum(months.cash_reporting), 0) as cash_reporting
    from as_of_dates
    left join months
        on
            as_of_dates.month_start_date >= months.month_start_date
            and as_of_dates.month_start_date - interval 2 month <= months.month_start_date
    group by as_of_dates.as_of_date, as_of_dates.month_start_date
)

select * from final
