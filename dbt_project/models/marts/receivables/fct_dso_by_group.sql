{%- set balances = ['ar_net', 'open_invoices', 'not_due', 'past_due'] -%}
{%- set weights = ['applied', 'days_to_pay', 'days_late', 'due', 'paid_on_time'] -%}
with dso as (select * from {{ ref('fct_dso') }}),

aged_balance as (select * from {{ ref('fct_aged_balance') }}),

sales as (select * from {{ ref('int_sales_by_group') }}),

days_to_pay as (select * from {{ ref('int_days_to_pay') }}),

on_time as (select * from {{ ref('int_on_time') }}),

customers as (select * from {{ ref('int_customers_unioned') }}),

rates as (select * from {{ ref('int_fx_rates_every_day') }}),

-- What is only weighted is a double; a rate that moves is not a slower customer (K8).
by_customer as (
    select
        as_of_date,
        customer_id,
        currency,
        {%- for balance in balances %}
        {{ balance }}_amount_reporting as {{ balance }}{{ "," if not loop.last }}
        {%- endfor %}
    from aged_balance
    union all by name
    select
        days_to_pay.as_of_date,
        days_to_pay.customer_id,
        days_to_pay.currency,
        cast(days_to_pay.applied_amount as double) * cast(rates.rate as double) as applied_weight,
        cast(days_to_pay.days_to_pay_weight as double) * cast(rates.rate as double) as days_to_pay_weight,
        cast(days_to_pay.days_late_weight as double) * cast(rates.rate as double) as days_late_weight
    from days_to_pay
    inner join rates on days_to_pay.currency = rates.from_currency and days_to_pay.as_of_date = rates.rate_date
    union all by name
    select
        on_time.as_of_date,
        on_time.customer_id,
        on_time.currency,
        cast(on_time.due_amount as double) * cast(rates.rate as double) as due_weight,
        cast(on_time.paid_on_time_amount as double) * cast(rates.rate as double) as paid_on_time_weight
    from on_time
    inner join rates on on_time.currency = rates.from_currency and on_time.as_of_date = rates.rate_date
),

measures as (
    select
        by_customer.as_of_date,
        customers.segment,
        customers.country,
        by_customer.currency,
        {%- for balance in balances %}
        sum(by_customer.{{ balance }}) as {{ balance }},
        {%- endfor %}
        {%- for weight in weights %}
        sum(by_customer.{{ weight }}_weight) as {{ weight }}_weight{{ "," if not loop.last }}
        {%- endfor %}
    from by_customer
    left join customers on by_customer.customer_id = customers.customer_id
    group by by_customer.as_of_date, customers.segment, customers.country, by_customer.currency
    union all by name
    select as_of_date, segment, country, currency, sales_3m_reporting as sales_3m
    from sales
),

by_group as (
    {%- for grouping in ['segment', 'country', 'currency'] %}
    select
        as_of_date,
        '{{ grouping }}' as grouping,
        coalesce({{ grouping }}, '(none)') as group_value,
        {%- for column in balances + ['sales_3m'] %}
        coalesce(sum({{ column }}), 0) as {{ column }},
        {%- endfor %}
        {%- for weight in weights %}
        sum({{ weight }}_weight) as {{ weight }}_weight{{ "," if not loop.last }}
        {%- endfor %}
    from measures
    group by as_of_date, coalesce({{ grouping }}, '(none)')
    {{ "union all" if not loop.last }}
    {%- endfor %}
),

-- What is converted here is published as differences of rounded running totals: groups add up to the company
-- to the cent.
figures as (
    select
        by_group.*,
        dso.days_3m,
        {{ money('sum(by_group.sales_3m) over groups_so_far') }} as sales_so_far,
        {%- for weight in ['applied', 'due'] %}
        {{ money('sum(coalesce(by_group.' ~ weight ~ '_weight, 0)) over groups_so_far') }} as {{ weight }}_so_far,
        {%- endfor %}
        round({{ ratio('by_group.ar_net', 'by_group.sales_3m') }} * dso.days_3m, 6) as dso_rolling_3m,
        round({{ ratio('by_group.not_due', 'by_group.sales_3m') }} * dso.days_3m, 6) as bpdso_3m
    from by_group
    inner join dso on by_group.as_of_date = dso.as_of_date
    window groups_so_far as (partition by by_group.as_of_date, by_group.grouping order by by_group.group_value)
),

final as (
    select
        as_of_date,
        grouping,
        group_value,
        {{ reporting_currency() }} as reporting_currency,
        cast(ar_net as decimal(18, 2)) as ar_net_amount_reporting,
        cast(open_invoices as decimal(18, 2)) as open_invoices_amount_reporting,
        cast(not_due as decimal(18, 2)) as current_amount_reporting,
        cast(past_due as decimal(18, 2)) as past_due_amount_reporting,
        cast(
            sales_so_far - coalesce(lag(sales_so_far) over groups_in_order, 0) as decimal(18, 2)
        ) as net_sales_3m_reporting,
        days_3m,
        dso_rolling_3m,
        bpdso_3m,
        round(dso_rolling_3m - bpdso_3m, 6) as add_3m,
        round({{ ratio('past_due', 'open_invoices') }}, 6) as pct_past_due,
        cast(
            applied_so_far - coalesce(lag(applied_so_far) over groups_in_order, 0) as decimal(18, 2)
        ) as applied_amount_cc,
        round({{ ratio('days_to_pay_weight', 'applied_weight') }}, 6) as weighted_avg_days_to_pay,
        round({{ ratio('days_late_weight', 'applied_weight') }}, 6) as weighted_avg_days_late,
        cast(
            due_so_far - coalesce(lag(due_so_far) over groups_in_order, 0) as decimal(18, 2)
        ) as due_amount_cc,
        round({{ ratio('paid_on_time_weight', 'due_weight') }}, 6) as on_time_rate_value
    from figures
    window groups_in_order as (partition by as_of_date, grouping order by group_value)
)

select * from final
