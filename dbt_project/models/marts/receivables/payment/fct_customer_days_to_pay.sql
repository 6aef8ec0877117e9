with customers as (select * from {{ ref('int_customers_unioned') }}),

days_to_pay as (select * from {{ ref('int_days_to_pay') }}),

receipts as (select * from {{ ref('int_receipts_applied') }}),

rates as (select * from {{ ref('int_fx_rates_every_day') }}),

totals as (
    select
        days_to_pay.as_of_date,
        days_to_pay.customer_id,
        {{ days_to_pay_sums('days_to_pay') }}
    from days_to_pay
    inner join rates
        on days_to_pay.currency = rates.from_currency and days_to_pay.as_of_date = rates.rate_date
    group by days_to_pay.as_of_date, days_to_pay.customer_id
),

receipts_dated as (
    select
        customer_id,
        count(*) as receipt_count,
        unnest({{ as_of_dates_within('first_as_of_date', 'end_as_of_date') }}) as as_of_date
    from receipts
    group by customer_id, first_as_of_date, end_as_of_date
),

receipt_counts as (
    select as_of_date, customer_id, sum(receipt_count) as receipt_count
    from receipts_dated
    group by as_of_date, customer_id
),

final as (
    select
        totals.as_of_date,
        totals.customer_id,
        customers.segment,
        customers.country,
        {{ reporting_currency() }} as reporting_currency,
        cast(receipt_counts.receipt_count as bigint) as receipt_count,
        {{ days_to_pay_averages('totals') }}
    from totals
    inner join customers on totals.customer_id = customers.customer_id
    inner join receipt_counts
        on totals.as_of_date = receipt_counts.as_of_date and totals.customer_id = receipt_counts.customer_id
)

select * from final
