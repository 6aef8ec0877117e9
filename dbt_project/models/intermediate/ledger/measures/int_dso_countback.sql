{#- Days walked back through the months' sales until they have used up what is owed; at most 24 months. -#}
with by_currency as (select * from {{ ref('fct_receivables_by_currency') }}),

sales as (select * from {{ ref('int_sales_by_month') }}),

balances as (
    select as_of_date, sum(ar_net_amount_reporting) as ar_net
    from by_currency
    group by as_of_date
),

months as (
    select
        as_of_date,
        months_back,
        any_value(days) as days,
        greatest(sum(sales_reporting), 0) as month_sales
    from sales
    where months_back < 24
    group by as_of_date, months_back
),

-- A month without sales adds its days and uses up nothing (ambiguity 5).
walked as (
    select
        as_of_date,
        months_back,
        days,
        month_sales,
        sum(month_sales) over (partition by as_of_date order by months_back) as sales_so_far,
        sum(days) over (partition by as_of_date order by months_back) as days_so_far
    from months
),

stops as (
    select
        balances.as_of_date,
        balances.ar_net,
        min(walked.months_back) filter (
            where walked.month_sales > 0 and walked.sales_so_far >= balances.ar_net
        ) as stop_month,
        max(walked.days_so_far) as all_days
    from balances
    inner join walked on balances.as_of_date = walked.as_of_date
    group by balances.as_of_date, balances.ar_net
),

final as (
    select
        stops.as_of_date,
        stops.stop_month is null and stops.ar_net > 0 as is_countback_truncated,
        case
            when stops.ar_net <= 0 then 0
            when stops.stop_month is null then cast(stops.all_days as double)
            else
                walked.days_so_far
                - walked.days
                + cast(stops.ar_net - (walked.sales_so_far - walked.month_sales) as double)
                / cast(walked.month_sales as double)
                * walked.days
        end as dso_countback
    from stops
    left join walked on stops.as_of_date = walked.as_of_date and stops.stop_month = walked.months_back
)

select * from final
