with as_of_dates as (select * from {{ ref('int_as_of_dates') }}),

aged_balance as (select * from {{ ref('fct_aged_balance') }}),

sales as (select * from {{ ref('int_sales_by_month') }}),

balances as (
    select
        as_of_date,
        sum(ar_net_amount_reporting) as ar_net_amount_reporting,
        sum(open_invoices_amount_reporting) as open_invoices_amount_reporting,
        sum(not_due_amount_reporting) as current_amount_reporting,
        sum(past_due_amount_reporting) as past_due_amount_reporting,
        sum(d90_plus_amount_reporting) as d90_plus_amount_reporting
    from aged_balance
    group by as_of_date
),

windows as (
    select
        as_of_date,
        {%- for months in [1, 3, 12] %}
        sum(sales_reporting) filter (where months_back < {{ months }}) as sales_{{ months }}m,
        sum(days) filter (where months_back < {{ months }}) as days_{{ months }}m{{ "," if not loop.last }}
        {%- endfor %}
    from sales
    group by as_of_date
),

-- Countback: cumulative sales of the months walked through, latest first, negative months at zero.
walked as (
    select
        as_of_date,
        months_back,
        greatest(sales_reporting, 0) as month_sales,
        days,
        sum(greatest(sales_reporting, 0)) over (partition by as_of_date order by months_back) as sales_so_far,
        sum(days) over (partition by as_of_date order by months_back) as days_so_far
    from sales
),

countback as (
    select
        balances.as_of_date,
        min(walked.months_back) filter (
            where walked.month_sales > 0 and walked.sales_so_far >= balances.ar_net_amount_reporting
        ) as stop_month,
        max(walked.days_so_far) as all_days
    from balances
    inner join walked on balances.as_of_date = walked.as_of_date
    group by balances.as_of_date
),

counted as (
    select
        countback.as_of_date,
        countback.stop_month is null and balances.ar_net_amount_reporting > 0 as is_countback_truncated,
        case
            when balances.ar_net_amount_reporting <= 0 then 0
            when countback.stop_month is null then countback.all_days
            else walked.days_so_far - walked.days
                + (balances.ar_net_amount_reporting - (walked.sales_so_far - walked.month_sales))
                / walked.month_sales * walked.days
        end as dso_countback
    from countback
    inner join balances on countback.as_of_date = balances.as_of_date
    left join walked
        on countback.as_of_date = walked.as_of_date and countback.stop_month = walked.months_back
),

final as (
    select
        as_of_dates.as_of_date,
        {{ reporting_currency() }} as reporting_currency,
        {%- for column in ['ar_net', 'open_invoices', 'current', 'past_due', 'd90_plus'] %}
        {{ money('coalesce(balances.' ~ column ~ '_amount_reporting, 0)') }} as {{ column }}_amount_reporting,
        {%- endfor %}
        {%- for months in [1, 3, 12] %}
        {{ money('windows.sales_' ~ months ~ 'm') }} as net_sales_{{ months }}m_reporting,
        {%- endfor %}
        {%- for name, column, months in [
            ('dso_simple_1m', 'ar_net', 1), ('dso_rolling_3m', 'ar_net', 3), ('dso_rolling_12m', 'ar_net', 12),
            ('bpdso_3m', 'current', 3)
        ] %}
        round(
            {{ ratio('coalesce(balances.' ~ column ~ '_amount_reporting, 0)', 'windows.sales_' ~ months ~ 'm') }}
            * windows.days_{{ months }}m, 6
        ) as {{ name }},
        {%- endfor %}
        round(cast(counted.dso_countback as double), 6) as dso_countback,
        coalesce(counted.is_countback_truncated, false) as is_countback_truncated,
        round({{ ratio('balances.past_due_amount_reporting', 'balances.open_invoices_amount_reporting') }}, 6)
            as pct_past_due,
        round({{ ratio('balances.d90_plus_amount_reporting', 'balances.open_invoices_amount_reporting') }}, 6)
            as pct_90_plus
    from as_of_dates
    left join balances on as_of_dates.as_of_date = balances.as_of_date
    left join windows on as_of_dates.as_of_date = windows.as_of_date
    left join counted on as_of_dates.as_of_date = counted.as_of_date
)

select
    *,
    round(dso_rolling_3m - bpdso_3m, 6) as add_3m
from final
