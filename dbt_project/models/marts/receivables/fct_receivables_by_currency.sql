{%- set columns = [
    'not_due', 'd1_30', 'd31_60', 'd61_90', 'd90_plus', 'open_invoices', 'past_due', 'unapplied_cash',
    'unapplied_credit_notes', 'prepayments', 'ar_net', 'disputed', 'disputed_not_due', 'disputed_d90_plus'
] -%}
with as_of_dates as (select * from {{ ref('int_as_of_dates') }}),

aged_balance as (select * from {{ ref('fct_aged_balance') }}),

open_items as (select * from {{ ref('fct_open_items') }}),

rates as (select * from {{ ref('int_fx_rates_every_day') }}),

sales as (select * from {{ ref('int_sales_by_month') }}),

currencies as (
    select currency from aged_balance
    union
    select currency from sales
),

calendar as (
    select as_of_dates.as_of_date, currencies.currency, rates.rate as closing_rate
    from as_of_dates
    cross join currencies
    inner join rates on currencies.currency = rates.from_currency and as_of_dates.as_of_date = rates.rate_date
),

balances as (
    select
        as_of_date,
        currency,
        {%- for column in columns if not column.startswith('disputed_') %}
        sum({{ column }}_amount) as {{ column }}_amount,
        sum({{ column }}_amount_reporting) as {{ column }}_amount_reporting{{ "," if not loop.last }}
        {%- endfor %}
    from aged_balance
    group by as_of_date, currency
),

disputes as (
    select
        as_of_date,
        currency,
        {%- for bucket in ['not_due', 'd90_plus'] %}
        {%- for suffix in ['_amount', '_amount_reporting'] %}
        sum(disputed{{ suffix }}) filter (where aging_bucket = '{{ bucket }}') as disputed_{{ bucket ~ suffix }},
        {%- endfor %}
        {%- endfor %}
        count(distinct invoice_id) as disputed_invoice_count
    from open_items
    where is_disputed
    group by as_of_date, currency
),

final as (
    select
        calendar.as_of_date,
        calendar.currency,
        calendar.closing_rate,
        {{ reporting_currency() }} as reporting_currency,
        {%- for suffix in ['_amount', '_amount_reporting'] %}
        {%- for column in columns %}
        cast(
            coalesce({{ 'disputes' if column.startswith('disputed_') else 'balances' }}.{{ column ~ suffix }}, 0)
            as decimal(18, 2)
        ) as {{ column ~ suffix }},
        {%- endfor %}
        {%- endfor %}
        cast(coalesce(disputes.disputed_invoice_count, 0) as bigint) as disputed_invoice_count
    from calendar
    left join balances on calendar.as_of_date = balances.as_of_date and calendar.currency = balances.currency
    left join disputes on calendar.as_of_date = disputes.as_of_date and calendar.currency = disputes.currency
)

select * from final
