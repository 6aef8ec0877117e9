with customers as (select * from {{ ref('int_customers_unioned') }}),

on_time as (select * from {{ ref('int_on_time') }}),

rates as (select * from {{ ref('int_fx_rates_every_day') }}),

-- At the closing rate of the as-of date: a rate that moves is not a slower customer (K8).
totals as (
    select
        on_time.as_of_date,
        on_time.customer_id,
        sum(on_time.due_count) as due_count,
        sum(on_time.on_time_count) as on_time_count,
        sum(on_time.due_amount * rates.rate) as due_amount,
        sum(on_time.paid_on_time_amount * rates.rate) as paid_on_time_amount,
        -- What only makes the ratio is a double from here on, ten times faster to divide.
        sum(cast(on_time.due_amount as double) * cast(rates.rate as double)) as due_weight,
        sum(cast(on_time.paid_on_time_amount as double) * cast(rates.rate as double)) as paid_on_time_weight
    from on_time
    inner join rates on on_time.currency = rates.from_currency and on_time.as_of_date = rates.rate_date
    group by on_time.as_of_date, on_time.customer_id
),

final as (
    select
        totals.as_of_date,
        totals.customer_id,
        customers.segment,
        customers.country,
        {{ reporting_currency() }} as reporting_currency,
        cast(totals.due_count as bigint) as due_instalment_count,
        cast(totals.on_time_count as bigint) as on_time_instalment_count,
        round({{ ratio('totals.on_time_count', 'totals.due_count') }}, 6) as on_time_rate_count,
        {{ money('totals.due_amount') }} as due_amount_cc,
        {{ money('totals.paid_on_time_amount') }} as paid_on_time_amount_cc,
        round({{ ratio('totals.paid_on_time_weight', 'totals.due_weight') }}, 6) as on_time_rate_value
    from totals
    inner join customers on totals.customer_id = customers.customer_id
)

select * from final
