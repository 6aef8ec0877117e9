with as_of_dates as (select * from {{ ref('int_as_of_dates') }}),

invoices as (select * from {{ ref('int_invoices_unioned') }}),

credit_notes as (select * from {{ ref('int_credit_notes_unioned') }}),

rates as (select * from {{ ref('int_fx_rates_daily') }}),

flows as (
    select invoice_date as flow_date, void_date, currency, gross_amount as amount from invoices
    union all
    select credit_date as flow_date, null as void_date, currency, -gross_amount as amount from credit_notes
),

-- Sales at the rate of their own day (K8), so that they tie to the ledger.
converted as (
    select
        flows.flow_date,
        flows.void_date,
        flows.amount * rates.rate as amount_reporting
    from flows
    asof inner join rates
        on flows.currency = rates.from_currency and flows.flow_date >= rates.rate_date
    where flows.flow_date <= {{ as_of_date() }}
),

by_month as (
    select
        cast(date_trunc('month', flow_date) as date) as sales_month,
        void_date,
        sum(amount_reporting) as sales_reporting
    from converted
    group by all
),

months as (select distinct month_start_date as sales_month from as_of_dates),

-- A later void takes the sale out of its month from the day of the void on.
final as (
    select
        as_of_dates.as_of_date,
        months.sales_month,
        datediff('month', months.sales_month, as_of_dates.month_start_date) as months_back,
        least(last_day(months.sales_month), as_of_dates.as_of_date) - months.sales_month + 1 as days,
        coalesce(
            sum(by_month.sales_reporting) filter (
                where by_month.void_date is null or by_month.void_date > as_of_dates.as_of_date
            ),
            0
        ) as sales_reporting
    from as_of_dates
    inner join months
        on
            months.sales_month <= as_of_dates.month_start_date
            and months.sales_month > as_of_dates.month_start_date - interval 24 month
    left join by_month on months.sales_month = by_month.sales_month
    group by as_of_dates.as_of_date, as_of_dates.month_start_date, months.sales_month
)

select * from final
