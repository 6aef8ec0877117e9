{#- What each customer was granted on the sales of the three months to an as-of date, by currency. -#}
with as_of_dates as (select * from {{ ref('int_as_of_dates') }}),

invoices as (select * from {{ ref('int_invoices_unioned') }}),

instalments as (select * from {{ ref('int_instalments_versioned') }}),

granted as (
    select
        invoices.customer_id,
        invoices.currency,
        invoices.invoice_date,
        coalesce(invoices.void_date, date '9999-12-31') as void_date,
        instalments.amount,
        instalments.amount * (instalments.due_date - invoices.invoice_date) as amount_days,
        instalments.valid_from,
        instalments.valid_to,
        -- An invoice counts in its own month and the two that follow.
        cast(
            date_trunc('month', invoices.invoice_date) + to_months(cast(unnest([0, 1, 2]) as integer)) as date
        ) as month_start_date
    from invoices
    inner join instalments on invoices.invoice_id = instalments.invoice_id
    where invoices.invoice_date <= {{ as_of_date() }} and instalments.amount > 0
),

final as (
    select
        as_of_dates.as_of_date,
        granted.customer_id,
        granted.currency,
        sum(granted.amount) as invoiced_amount,
        sum(granted.amount_days) as amount_days
    from granted
    inner join as_of_dates on granted.month_start_date = as_of_dates.month_start_date
    where
        granted.valid_from <= as_of_dates.as_of_date
        and granted.valid_to > as_of_dates.as_of_date
        and granted.void_date > as_of_dates.as_of_date
    group by as_of_dates.as_of_date, granted.customer_id, granted.currency
)

select * from final
