with as_of_dates as (select * from {{ ref('int_as_of_dates') }}),

first_paid as (select * from {{ ref('int_customers_first_paid') }}),

mrr as (select * from {{ ref('int_customer_mrr') }}),

changes as (select * from {{ ref('int_mrr_changes') }}),

rates as (select * from {{ ref('int_mrr_rates') }}),

-- Whoever began to pay in the month, also who was gone before its end.
cohorts as (
    select
        cohort_month,
        count(*) as cohort_customer_count
    from first_paid
    group by cohort_month
),

cohort_dates as (
    select
        as_of_dates.as_of_date,
        cohorts.cohort_month,
        cohorts.cohort_customer_count
    from as_of_dates
    inner join cohorts on as_of_dates.as_of_date >= cohorts.cohort_month
),

-- Month 0 ends with the month, or today where the month is not over.
month_zero_customers as (
    select
        first_paid.cohort_month,
        mrr.currency,
        mrr.mrr_amount,
        -- Only who has something negative can net to below zero: the others need no row of their own.
        case when min(mrr.mrr_amount) over (partition by mrr.customer_id) < 0 then mrr.customer_id end
            as netted_customer_id
    from first_paid
    inner join mrr
        on
            first_paid.customer_id = mrr.customer_id
            and least(last_day(first_paid.cohort_month), {{ as_of_date() }}) = mrr.as_of_date
),

month_zero as (
    select
        cohort_month,
        netted_customer_id,
        currency,
        sum(mrr_amount) as mrr_amount
    from month_zero_customers
    group by cohort_month, netted_customer_id, currency
),

month_zero_netted as (
    select
        rates.as_of_date,
        month_zero.cohort_month,
        greatest(sum(month_zero.mrr_amount * rates.closing_rate), 0) as mrr
    from month_zero
    inner join rates on month_zero.currency = rates.currency
    group by rates.as_of_date, month_zero.cohort_month, month_zero.netted_customer_id
),

month_zero_at_closing as (
    select
        as_of_date,
        cohort_month,
        sum(mrr) as mrr
    from month_zero_netted
    group by as_of_date, cohort_month
),

today as (
    select
        changes.as_of_date,
        first_paid.cohort_month,
        count(*) as customer_count,
        sum(changes.closing_mrr) as mrr
    from changes
    inner join first_paid on changes.customer_id = first_paid.customer_id
    where changes.closing_mrr > 0
    group by changes.as_of_date, first_paid.cohort_month
),

final as (
    select
        cohort_dates.as_of_date,
        cohort_dates.cohort_month,
        cast(date_diff('month', cohort_dates.cohort_month, cohort_dates.as_of_date) as integer) as months_since,
        {{ reporting_currency() }} as reporting_currency,
        cast(cohort_dates.cohort_customer_count as bigint) as cohort_customer_count,
        cast(coalesce(today.customer_count, 0) as bigint) as customer_count,
        round({{ ratio('coalesce(today.customer_count, 0)', 'cohort_dates.cohort_customer_count') }}, 6)
            as logo_retention_rate,
        {{ money('coalesce(month_zero_at_closing.mrr, 0)') }} as month_zero_mrr_cc_reporting,
        {{ money('coalesce(today.mrr, 0)') }} as mrr_reporting,
        round({{ ratio('coalesce(today.mrr, 0)', 'month_zero_at_closing.mrr') }}, 6) as mrr_retention_rate
    from cohort_dates
    left join month_zero_at_closing
        on
            cohort_dates.as_of_date = month_zero_at_closing.as_of_date
            and cohort_dates.cohort_month = month_zero_at_closing.cohort_month
    left join today
        on cohort_dates.as_of_date = today.as_of_date and cohort_dates.cohort_month = today.cohort_month
)

select * from final
