with invoices as (select * from {{ ref('int_invoices_unioned') }}),

history as (
    select coalesce(min(invoice_date), {{ as_of_date() }}) as first_date
    from invoices
    where invoice_date <= {{ as_of_date() }}
),

dates as (
    select unnest({{ as_of_dates_within('first_date', "date '9999-12-31'") }}) as as_of_date
    from history
),

final as (
    select
        as_of_date,
        cast(date_trunc('month', as_of_date) as date) as month_start_date,
        cast(date_trunc('month', as_of_date) - interval 1 day as date) as previous_as_of_date,
        as_of_date = {{ as_of_date() }} as is_run_date
    from dates
)

select * from final
