{#- Oracle's "true DSO", for parity only: age since issue of what is open, over the sales of its month of
    issue (ambiguity 6). -#}
with open_items as (select * from {{ ref('int_open_items') }}),

sales as (select * from {{ ref('int_sales_by_month') }}),

ages as (
    select
        as_of_date,
        cast(date_trunc('month', invoice_date) as date) as sales_month,
        sum(cast(open_amount_reporting as decimal(28, 2)) * (as_of_date - invoice_date)) as open_amount_days
    from open_items
    group by as_of_date, cast(date_trunc('month', invoice_date) as date)
),

months as (
    select
        as_of_date,
        sales_month,
        sum(sales_reporting) as net_sales,
        sum(invoiced_reporting) as gross_sales
    from sales
    group by as_of_date, sales_month
),

final as (
    select
        ages.as_of_date,
        sum(
            {{ ratio('ages.open_amount_days', 'if(months.net_sales > 0, months.net_sales, months.gross_sales)') }}
        ) as dso_true_oracle
    from ages
    inner join months on ages.as_of_date = months.as_of_date and ages.sales_month = months.sales_month
    group by ages.as_of_date
)

select * from final
