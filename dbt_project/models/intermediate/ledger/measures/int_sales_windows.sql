with sales as (select * from {{ ref('int_sales_by_month') }}),

rates as (select * from {{ ref('int_fx_rates_every_day') }}),

final as (
    select
        sales.as_of_date,
        sales.currency,
        {%- for months in [1, 3, 12] %}
        sum(sales.sales_amount) filter (where sales.months_back < {{ months }}) as sales_{{ months }}m_amount,
        sum(sales.sales_reporting) filter (where sales.months_back < {{ months }}) as sales_{{ months }}m_reporting,
        sum(sales.sales_amount * rates.rate) filter (where sales.months_back < {{ months }})
            as sales_{{ months }}m_cc,
        sum(sales.days) filter (where sales.months_back < {{ months }}) as days_{{ months }}m{{ "," if not loop.last }}
        {%- endfor %}
    from sales
    inner join rates on sales.currency = rates.from_currency and sales.as_of_date = rates.rate_date
    where sales.months_back < 12
    group by sales.as_of_date, sales.currency
)

select * from final
