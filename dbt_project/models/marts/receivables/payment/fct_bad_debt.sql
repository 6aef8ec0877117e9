with as_of_dates as (select * from {{ ref('int_as_of_dates') }}),

events as (select * from {{ ref('int_receivable_events') }}),

sales as (select * from {{ ref('int_sales_windows') }}),

rates as (select * from {{ ref('int_fx_rates_every_day') }}),

-- Flows at the rate of their own day (K8). An event's amount is what it adds to its invoice.
converted as (
    select
        events.event_type,
        events.effective_date,
        events.amount * rates.rate as amount_reporting
    from events
    inner join rates
        on events.currency = rates.from_currency and events.effective_date = rates.rate_date
    where events.event_type in ('write_off', 'recovery') and events.effective_date <= {{ as_of_date() }}
),

grouped as (
    select
        {{ first_as_of_date('effective_date') }} as first_as_of_date,
        {{ first_as_of_date(end_of_window('effective_date', 12)) }} as end_as_of_date,
        coalesce(-sum(amount_reporting) filter (where event_type = 'write_off'), 0) as write_offs_reporting,
        coalesce(sum(amount_reporting) filter (where event_type = 'recovery'), 0) as recoveries_reporting
    from converted
    group by first_as_of_date, end_as_of_date
),

dated as (
    select
        write_offs_reporting,
        recoveries_reporting,
        unnest({{ as_of_dates_within('first_as_of_date', 'end_as_of_date') }}) as as_of_date
    from grouped
),

losses as (
    select
        as_of_date,
        sum(write_offs_reporting) as write_offs_reporting,
        sum(recoveries_reporting) as recoveries_reporting
    from dated
    group by as_of_date
),

sales_12m as (
    select as_of_date, sum(sales_12m_reporting) as sales_reporting
    from sales
    group by as_of_date
),

joined as (
    select
        as_of_dates.as_of_date,
        coalesce(losses.write_offs_reporting, 0) as write_offs_reporting,
        coalesce(losses.recoveries_reporting, 0) as recoveries_reporting,
        coalesce(sales_12m.sales_reporting, 0) as sales_reporting
    from as_of_dates
    left join losses on as_of_dates.as_of_date = losses.as_of_date
    left join sales_12m on as_of_dates.as_of_date = sales_12m.as_of_date
),

final as (
    select
        as_of_date,
        {{ reporting_currency() }} as reporting_currency,
        {{ money('write_offs_reporting') }} as write_offs_12m_reporting,
        {{ money('recoveries_reporting') }} as recoveries_12m_reporting,
        {{ money('write_offs_reporting - recoveries_reporting') }} as net_write_offs_12m_reporting,
        {{ money('sales_reporting') }} as net_sales_12m_reporting,
        round({{ ratio('(write_offs_reporting - recoveries_reporting)', 'sales_reporting') }}, 6) as bad_debt_ratio,
        round({{ ratio('write_offs_reporting', 'sales_reporting') }}, 6) as bad_debt_ratio_gross
    from joined
)

select * from final
