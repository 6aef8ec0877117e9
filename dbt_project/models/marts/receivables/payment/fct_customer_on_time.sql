with customers as (select * from {{ ref('int_customers_unioned') }}),

verdicts as (select * from {{ ref('int_instalment_verdicts') }}),

rates as (select * from {{ ref('int_fx_rates_every_day') }}),

intervals as (
    select
        customer_id,
        currency,
        {{ first_as_of_date('valid_from') }} as first_as_of_date,
        {{ first_as_of_date('least(valid_to, ' ~ end_of_window('due_date', 3) ~ ')') }} as end_as_of_date,
        count(*) as due_count,
        count(*) filter (where is_on_time) as on_time_count,
        cast(sum(due_amount) as decimal(18, 2)) as due_amount,
        cast(sum(least(paid_on_time_amount, due_amount)) as decimal(18, 2)) as paid_on_time_amount
    from verdicts
    group by customer_id, currency, first_as_of_date, end_as_of_date
),

dated as (
    select
        * exclude (first_as_of_date, end_as_of_date),
        unnest({{ as_of_dates_within('first_as_of_date', 'end_as_of_date') }}) as as_of_date
    from intervals
    where first_as_of_date < end_as_of_date
),

-- At the closing rate of the as-of date: a rate that moves is not a slower customer (K8).
totals as (
    select
        dated.as_of_date,
        dated.customer_id,
        sum(dated.due_count) as due_count,
        sum(dated.on_time_count) as on_time_count,
        sum(dated.due_amount * rates.rate) as due_amount,
        sum(dated.paid_on_time_amount * rates.rate) as paid_on_time_amount,
        -- What only makes the ratio is a double from here on, ten times faster to divide.
        sum(cast(dated.due_amount as double) * cast(rates.rate as double)) as due_weight,
        sum(cast(dated.paid_on_time_amount as double) * cast(rates.rate as double)) as paid_on_time_weight
    from dated
    inner join rates on dated.currency = rates.from_currency and dated.as_of_date = rates.rate_date
    group by dated.as_of_date, dated.customer_id
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
