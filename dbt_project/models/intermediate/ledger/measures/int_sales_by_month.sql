with as_of_dates as (select * from {{ ref('int_as_of_dates') }}),

invoices as (select * from {{ ref('int_invoices_unioned') }}),

credit_notes as (select * from {{ ref('int_credit_notes_unioned') }}),

rates as (select * from {{ ref('int_fx_rates_every_day') }}),

flows as (
    select invoice_date as flow_date, void_date, currency, gross_amount as amount, true as is_invoice
    from invoices
    union all
    select credit_date as flow_date, null as void_date, currency, -gross_amount as amount, false as is_invoice
    from credit_notes
),

daily as (
    select
        flow_date,
        void_date,
        currency,
        sum(amount) as amount,
        sum(amount) filter (where is_invoice) as invoiced_amount
    from flows
    where flow_date <= {{ as_of_date() }}
    group by flow_date, void_date, currency
),

-- Sales at the rate of their own day (K8), so that they tie to the ledger.
by_month as (
    select
        cast(date_trunc('month', daily.flow_date) as date) as sales_month,
        daily.void_date,
        daily.currency,
        sum(daily.amount) as sales_amount,
        sum(daily.amount * rates.rate) as sales_reporting,
        sum(daily.invoiced_amount * rates.rate) as invoiced_reporting
    from daily
    inner join rates on daily.currency = rates.from_currency and daily.flow_date = rates.rate_date
    group by all
),

currencies as (select distinct currency from by_month),

months as (select distinct month_start_date as sales_month from as_of_dates),

calendar as (
    select
        as_of_dates.as_of_date,
        months.sales_month,
        currencies.currency,
        datediff('month', months.sales_month, as_of_dates.month_start_date) as months_back,
        least(last_day(months.sales_month), as_of_dates.as_of_date) - months.sales_month + 1 as days
    from as_of_dates
    inner join months on as_of_dates.month_start_date >= months.sales_month
    cross join currencies
),

-- A later void takes the sale out of its month from the day of the void on.
in_force as (
    select
        calendar.as_of_date,
        calendar.sales_month,
        calendar.currency,
        sum(by_month.sales_amount) as sales_amount,
        sum(by_month.sales_reporting) as sales_reporting,
        sum(by_month.invoiced_reporting) as invoiced_reporting
    from calendar
    inner join by_month
        on
            calendar.sales_month = by_month.sales_month
            and calendar.currency = by_month.currency
            and calendar.as_of_date < coalesce(by_month.void_date, date '9999-12-31')
    group by calendar.as_of_date, calendar.sales_month, calendar.currency
),

final as (
    select
        calendar.as_of_date,
        calendar.sales_month,
        calendar.currency,
        calendar.months_back,
        calendar.days,
        coalesce(in_force.sales_amount, 0) as sales_amount,
        coalesce(in_force.sales_reporting, 0) as sales_reporting,
        coalesce(in_force.invoiced_reporting, 0) as invoiced_reporting
    from calendar
    left join in_force
        on
            calendar.as_of_date = in_force.as_of_date
            and calendar.sales_month = in_force.sales_month
            and calendar.currency = in_force.currency
)

select * from final
