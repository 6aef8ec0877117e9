with invoices as (select * from {{ ref('int_invoices_unioned') }}),

payments as (select * from {{ ref('int_payments_unioned') }}),

credit_notes as (select * from {{ ref('int_credit_notes_unioned') }}),

-- Money may come before the first invoice.
first_days as (
    select min(invoice_date) as first_day from invoices
    union all
    select min(payment_date) as first_day from payments
    union all
    select min(credit_date) as first_day from credit_notes
),

history as (
    select least(coalesce(min(first_day), {{ as_of_date() }}), {{ as_of_date() }}) as first_date
    from first_days
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
