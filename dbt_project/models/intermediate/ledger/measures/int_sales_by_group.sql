{#- Net sales of three months by the customer's segment and country and by currency, unrounded. -#}
with as_of_dates as (select * from {{ ref('int_as_of_dates') }}),

invoices as (select * from {{ ref('int_invoices_unioned') }}),

credit_notes as (select * from {{ ref('int_credit_notes_unioned') }}),

customers as (select * from {{ ref('int_customers_unioned') }}),

rates as (select * from {{ ref('int_fx_rates_every_day') }}),

flows as (
    select customer_id, invoice_date as flow_date, void_date, currency, gross_amount as amount
    from invoices
    union all
    select customer_id, credit_date as flow_date, null as void_date, currency, -gross_amount as amount
    from credit_notes
),

daily as (
    select
        flows.flow_date,
        flows.void_date,
        flows.currency,
        customers.segment,
        customers.country,
        sum(flows.amount) as amount
    from flows
    left join customers on flows.customer_id = customers.customer_id
    where flows.flow_date <= {{ as_of_date() }}
    group by flows.flow_date, flows.void_date, flows.currency, customers.segment, customers.country
),

-- Sales at the rate of their own day (K8), as in int_sales_by_month.
by_month as (
    select
        cast(date_trunc('month', daily.flow_date) as date) as sales_month,
        coalesce(daily.void_date, date '9999-12-31') as void_date,
        daily.currency,
        daily.segment,
        daily.country,
        sum(daily.amount * rates.rate) as sales_reporting
    from daily
    inner join rates on daily.currency = rates.from_currency and daily.flow_date = rates.rate_date
    group by all
),

-- A sale counts in its own month and the two that follow.
counted as (
    select
        *,
        cast(sales_month + to_months(cast(unnest([0, 1, 2]) as integer)) as date) as month_start_date
    from by_month
),

-- A later void takes the sale out of its month from the day of the void on.
final as (
    select
        as_of_dates.as_of_date,
        counted.segment,
        counted.country,
        counted.currency,
        sum(counted.sales_reporting) as sales_3m_reporting
    from counted
    inner join as_of_dates on counted.month_start_date = as_of_dates.month_start_date
    where counted.void_date > as_of_dates.as_of_date
    group by as_of_dates.as_of_date, counted.segment, counted.country, counted.currency
)

select * from final
