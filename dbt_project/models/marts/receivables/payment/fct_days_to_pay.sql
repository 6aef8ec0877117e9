with as_of_dates as (select * from {{ ref('int_as_of_dates') }}),

days_to_pay as (select * from {{ ref('int_days_to_pay') }}),

receipts as (select * from {{ ref('int_receipts_applied') }}),

rates as (select * from {{ ref('int_fx_rates_every_day') }}),

by_currency as (
    select
        as_of_date,
        currency,
        {%- for column in [
            'applied_amount', 'late_amount', 'days_to_pay_weight', 'days_to_pay_floor0_weight', 'days_late_weight',
            'days_late_late_only_weight', 'terms_weight'
        ] %}
        sum({{ column }}) as {{ column }}{{ "," if not loop.last }}
        {%- endfor %}
    from days_to_pay
    group by as_of_date, currency
),

totals as (
    select
        by_currency.as_of_date,
        {{ days_to_pay_sums('by_currency') }}
    from by_currency
    inner join rates
        on by_currency.currency = rates.from_currency and by_currency.as_of_date = rates.rate_date
    group by by_currency.as_of_date
),

-- A receipt that paid invoices of several customers is one.
receipt_intervals as (
    select
        min(first_as_of_date) as first_as_of_date,
        max(end_as_of_date) as end_as_of_date
    from receipts
    group by payment_id
),

receipts_dated as (
    select
        count(*) as receipt_count,
        unnest({{ as_of_dates_within('first_as_of_date', 'end_as_of_date') }}) as as_of_date
    from receipt_intervals
    group by first_as_of_date, end_as_of_date
),

receipt_counts as (
    select as_of_date, sum(receipt_count) as receipt_count
    from receipts_dated
    group by as_of_date
),

final as (
    select
        as_of_dates.as_of_date,
        {{ reporting_currency() }} as reporting_currency,
        cast(coalesce(receipt_counts.receipt_count, 0) as bigint) as receipt_count,
        {{ days_to_pay_averages('totals') }}
    from as_of_dates
    left join totals on as_of_dates.as_of_date = totals.as_of_date
    left join receipt_counts on as_of_dates.as_of_date = receipt_counts.as_of_date
)

select * from final
