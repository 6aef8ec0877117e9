-- The groups of each grouping hold the company's balances and sales, to the cent, and their averages, weighted by
-- what they weigh, are the company's.
with by_group as (
    select
        as_of_date,
        grouping,
        sum(ar_net_amount_reporting) as ar_net,
        sum(open_invoices_amount_reporting) as open_invoices,
        sum(current_amount_reporting) as current,
        sum(past_due_amount_reporting) as past_due,
        sum(net_sales_3m_reporting) as net_sales_3m,
        sum(applied_amount_cc) as applied,
        sum(due_amount_cc) as due,
        {%- for average, weight in [
            ('weighted_avg_days_to_pay', 'applied'), ('weighted_avg_days_late', 'applied'), ('on_time_rate_value', 'due')
        ] %}
        sum({{ average }} * {{ weight }}_amount_cc) / nullif(sum({{ weight }}_amount_cc), 0) as {{ average }},
        {%- endfor %}
        -- What rounding each weight to the cent may do to an average of at most 2,000 days, and of a rate.
        0.001 + 10.0 * count(*) / nullif(sum(applied_amount_cc), 0) as days_tolerance,
        0.00001 + 0.01 * count(*) / nullif(sum(due_amount_cc), 0) as rate_tolerance
    from {{ ref('fct_dso_by_group') }}
    group by as_of_date, grouping
),

-- Where nothing was ever owed or sold there is no group.
groupings as (
    select unnest(['segment', 'country', 'currency']) as grouping
),

dso as (select * from {{ ref('fct_dso') }}),

days_to_pay as (select * from {{ ref('fct_days_to_pay') }}),

on_time as (select * from {{ ref('fct_on_time') }})

select dso.as_of_date, groupings.grouping
from dso
cross join groupings
inner join days_to_pay on dso.as_of_date = days_to_pay.as_of_date
inner join on_time on dso.as_of_date = on_time.as_of_date
left join by_group on dso.as_of_date = by_group.as_of_date and groupings.grouping = by_group.grouping
where
    dso.ar_net_amount_reporting <> coalesce(by_group.ar_net, 0)
    or dso.open_invoices_amount_reporting <> coalesce(by_group.open_invoices, 0)
    or dso.current_amount_reporting <> coalesce(by_group.current, 0)
    or dso.past_due_amount_reporting <> coalesce(by_group.past_due, 0)
    or dso.net_sales_3m_reporting <> coalesce(by_group.net_sales_3m, 0)
    or days_to_pay.applied_amount_cc <> coalesce(by_group.applied, 0)
    or on_time.due_amount_cc <> coalesce(by_group.due, 0)
    or abs(days_to_pay.weighted_avg_days_to_pay - by_group.weighted_avg_days_to_pay) > by_group.days_tolerance
    or abs(days_to_pay.weighted_avg_days_late - by_group.weighted_avg_days_late) > by_group.days_tolerance
    or abs(on_time.on_time_rate_value - by_group.on_time_rate_value) > by_group.rate_tolerance
