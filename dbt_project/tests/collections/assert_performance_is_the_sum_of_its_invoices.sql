-- The awareness and leakage figures of the run's date, counted again from the invoices behind them; before
-- the first recorded activity they are unknown.
with performance as (select * from {{ ref('fct_collections_performance') }}),

invoice_awareness as (select * from {{ ref('fct_invoice_awareness') }}),

activities as (select * from {{ ref('int_activities_unioned') }}),

counted as (
    select
        count(*) filter (where is_in_awareness_window and is_noticed) as noticed_count,
        count(*) filter (where is_in_awareness_window and not is_noticed) as unnoticed_count,
        round(avg(awareness_delay_days) filter (where is_in_awareness_window), 6) as mean_days,
        median(awareness_delay_days) filter (where is_in_awareness_window) as median_days,
        round(avg(unaware_days) filter (where is_in_awareness_window), 6) as mean_days_incl_unnoticed,
        count(*) filter (where is_leakage) as leakage_count,
        coalesce(sum(leakage_amount_reporting), 0) as leakage_amount_reporting
    from invoice_awareness
)

select performance.as_of_date
from performance
cross join counted
where
    performance.as_of_date = {{ as_of_date() }}
    and performance.as_of_date >= (select min(activities.activity_date) from activities)
    and (
        performance.awareness_noticed_count is distinct from counted.noticed_count
        or performance.awareness_unnoticed_count is distinct from counted.unnoticed_count
        or performance.awareness_delay_mean_days is distinct from counted.mean_days
        or performance.awareness_delay_median_days is distinct from counted.median_days
        or performance.awareness_delay_mean_days_incl_unnoticed is distinct from counted.mean_days_incl_unnoticed
        or performance.leakage_count is distinct from counted.leakage_count
        or performance.leakage_amount_reporting is distinct from counted.leakage_amount_reporting
    )
