with as_of_dates as (select * from {{ ref('int_as_of_dates') }}),

by_currency as (select * from {{ ref('fct_receivables_by_currency') }}),

sales_windows as (select * from {{ ref('int_sales_windows') }}),

ledger_flows as (select * from {{ ref('int_ledger_flows') }}),

-- What was open one and three months before, of the currency's own amounts.
openings as (
    select
        as_of_date,
        currency,
        closing_rate,
        ar_net_amount,
        not_due_amount,
        disputed_amount,
        disputed_not_due_amount,
        {%- for months in [1, 3] %}
        coalesce(lag(ar_net_amount, {{ months }}) over by_date, 0) as begin_{{ months }}m_amount,
        coalesce(lag(disputed_amount, {{ months }}) over by_date, 0) as begin_{{ months }}m_disputed_amount
        {{- "," if not loop.last }}
        {%- endfor %}
    from by_currency
    window by_date as (partition by currency order by as_of_date)
),

write_offs as (
    select as_of_date, currency, sum(net_write_offs_amount) as net_write_offs_amount
    from ledger_flows
    group by as_of_date, currency
),

-- Everything at the closing rate of the date: a rate that moves collects nothing (K8).
totals as (
    select
        openings.as_of_date,
        sum(openings.begin_1m_amount * openings.closing_rate) as begin_1m,
        sum((openings.begin_1m_amount - openings.begin_1m_disputed_amount) * openings.closing_rate)
            as begin_1m_ex_disputed,
        sum(openings.begin_3m_amount * openings.closing_rate) as begin_3m,
        sum(openings.ar_net_amount * openings.closing_rate) as end_total,
        sum((openings.ar_net_amount - openings.disputed_amount) * openings.closing_rate) as end_total_ex_disputed,
        sum(openings.not_due_amount * openings.closing_rate) as end_current,
        sum((openings.not_due_amount - openings.disputed_not_due_amount) * openings.closing_rate)
            as end_current_ex_disputed,
        sum(coalesce(write_offs.net_write_offs_amount, 0) * openings.closing_rate) as net_write_offs_1m,
        coalesce(sum(sales_windows.sales_1m_cc), 0) as sales_1m,
        coalesce(sum(sales_windows.sales_3m_cc), 0) as sales_3m
    from openings
    left join write_offs on openings.as_of_date = write_offs.as_of_date and openings.currency = write_offs.currency
    left join sales_windows
        on openings.as_of_date = sales_windows.as_of_date and openings.currency = sales_windows.currency
    group by openings.as_of_date
),

final as (
    select
        as_of_dates.as_of_date,
        {{ reporting_currency() }} as reporting_currency,
        {%- for column in ['begin_1m', 'begin_3m', 'sales_1m', 'sales_3m', 'net_write_offs_1m'] %}
        {{ money('coalesce(totals.' ~ column ~ ', 0)') }} as {{ column }}_amount_cc,
        {%- endfor %}
        {{ money('coalesce(totals.end_total, 0)') }} as end_ar_net_amount_cc,
        {{ money('coalesce(totals.end_current, 0)') }} as end_current_amount_cc,
        {%- for name, begin, sales, suffix in [
            ('cei_1m', 'begin_1m', 'totals.sales_1m', ''),
            ('cei_1m_ex_write_offs', 'begin_1m', '(totals.sales_1m - totals.net_write_offs_1m)', ''),
            ('cei_1m_ex_disputed', 'begin_1m_ex_disputed', 'totals.sales_1m', '_ex_disputed'),
            ('cei_3m_crf', 'begin_3m', 'totals.sales_3m / 3', ''),
            ('cei_3m_full_sales', 'begin_3m', 'totals.sales_3m', ''),
        ] %}
        round(
            {{ ratio(
                'totals.' ~ begin ~ ' + ' ~ sales ~ ' - totals.end_total' ~ suffix,
                'totals.' ~ begin ~ ' + ' ~ sales ~ ' - totals.end_current' ~ suffix
            ) }}, 6
        ) as {{ name }}{{ "," if not loop.last }}
        {%- endfor %}
    from as_of_dates
    left join totals on as_of_dates.as_of_date = totals.as_of_date
)

select * from final
