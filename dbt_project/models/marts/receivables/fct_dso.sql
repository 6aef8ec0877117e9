{%- set windows = [1, 3, 12] -%}
{%- set names = {1: 'dso_simple_1m', 3: 'dso_rolling_3m', 12: 'dso_rolling_12m'} -%}
with as_of_dates as (select * from {{ ref('int_as_of_dates') }}),

by_currency as (select * from {{ ref('fct_receivables_by_currency') }}),

sales_windows as (select * from {{ ref('int_sales_windows') }}),

countback as (select * from {{ ref('int_dso_countback') }}),

true_dso as (select * from {{ ref('int_dso_true') }}),

balances as (
    select
        as_of_date,
        sum(ar_net_amount_reporting) as ar_net,
        sum(open_invoices_amount_reporting) as open_invoices,
        sum(not_due_amount_reporting) as current,
        sum(past_due_amount_reporting) as past_due,
        sum(d90_plus_amount_reporting) as d90_plus,
        sum(disputed_amount_reporting) as disputed
    from by_currency
    group by as_of_date
),

sales as (
    select
        as_of_date,
        {%- for months in windows %}
        sum(sales_{{ months }}m_reporting) as sales_{{ months }}m,
        max(days_{{ months }}m) as days_{{ months }}m,
        {%- endfor %}
        sum(sales_3m_cc) as sales_3m_cc
    from sales_windows
    group by as_of_date
),

-- Dates follow one another month by month; before the first there is nothing owed.
dated as (
    select
        as_of_dates.as_of_date,
        {%- for column in ['ar_net', 'open_invoices', 'current', 'past_due', 'd90_plus', 'disputed'] %}
        coalesce(balances.{{ column }}, 0) as {{ column }},
        {%- endfor %}
        {%- for months in windows %}
        coalesce(sales.sales_{{ months }}m, 0) as sales_{{ months }}m,
        sales.days_{{ months }}m,
        {%- endfor %}
        coalesce(sales.sales_3m_cc, 0) as sales_3m_cc
    from as_of_dates
    left join balances on as_of_dates.as_of_date = balances.as_of_date
    left join sales on as_of_dates.as_of_date = sales.as_of_date
),

positions as (
    select
        *,
        ar_net
        + coalesce(lag(ar_net, 1) over by_date, 0)
        + coalesce(lag(ar_net, 2) over by_date, 0) as three_month_ends_ar_net,
        coalesce(lag(ar_net, 12) over by_date, 0) as opening_12m_ar_net
    from dated
    window by_date as (order by as_of_date)
),

figures as (
    select
        positions.*,
        {%- for months in windows %}
        round({{ ratio('ar_net', 'sales_' ~ months ~ 'm') }} * days_{{ months }}m, 6) as {{ names[months] }},
        round({{ ratio('ar_net - disputed', 'sales_' ~ months ~ 'm') }} * days_{{ months }}m, 6)
            as {{ names[months] }}_ex_disputed,
        round({{ ratio('open_invoices', 'sales_' ~ months ~ 'm') }} * days_{{ months }}m, 6)
            as {{ names[months] }}_gross_open,
        round({{ ratio('current', 'sales_' ~ months ~ 'm') }} * days_{{ months }}m, 6) as bpdso_{{ months }}m,
        {%- endfor %}
        round({{ ratio('ar_net', 'sales_3m_cc') }} * days_3m, 6) as dso_rolling_3m_cc,
        round({{ ratio('three_month_ends_ar_net', 'sales_3m') }} * 30, 6) as dso_crf_quarterly,
        round({{ ratio('sales_12m', 'ar_net + opening_12m_ar_net') }} * 2, 6) as ar_turnover_12m_avg,
        round({{ ratio('sales_12m', 'ar_net') }}, 6) as ar_turnover_12m_crf,
        round({{ ratio('past_due', 'open_invoices') }}, 6) as pct_past_due,
        round({{ ratio('d90_plus', 'open_invoices') }}, 6) as pct_90_plus
    from positions
),

final as (
    select
        figures.as_of_date,
        {{ reporting_currency() }} as reporting_currency,
        {%- for column in ['ar_net', 'open_invoices', 'current', 'past_due', 'd90_plus', 'disputed'] %}
        {{ money('figures.' ~ column) }} as {{ column }}_amount_reporting,
        {%- endfor %}
        {%- for months in windows %}
        {{ money('figures.sales_' ~ months ~ 'm') }} as net_sales_{{ months }}m_reporting,
        cast(figures.days_{{ months }}m as integer) as days_{{ months }}m,
        {%- endfor %}
        {%- for name in names.values() %}
        figures.{{ name }},
        figures.{{ name }}_ex_disputed,
        figures.{{ name }}_gross_open,
        {%- endfor %}
        figures.dso_rolling_3m_cc,
        figures.dso_crf_quarterly,
        round(if(figures.ar_net <= 0, 0, countback.dso_countback), 6) as dso_countback,
        coalesce(countback.is_countback_truncated, figures.ar_net > 0) as is_countback_truncated,
        round(if(figures.open_invoices = 0, 0, true_dso.dso_true_oracle), 6) as dso_true_oracle,
        {%- for months in windows %}
        figures.bpdso_{{ months }}m,
        {%- endfor %}
        {%- for months in windows %}
        round(figures.{{ names[months] }} - figures.bpdso_{{ months }}m, 6) as add_{{ months }}m,
        {%- endfor %}
        figures.ar_turnover_12m_avg,
        figures.ar_turnover_12m_crf,
        figures.pct_past_due,
        figures.pct_90_plus
    from figures
    left join countback on figures.as_of_date = countback.as_of_date
    left join true_dso on figures.as_of_date = true_dso.as_of_date
)

select * from final
