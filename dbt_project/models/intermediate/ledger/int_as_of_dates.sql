with invoices as (select * from {{ ref('int_invoices_unioned') }}),

payments as (select * from {{ ref('int_payments_unioned') }}),

credit_notes as (select * from {{ ref('int_credit_notes_unioned') }}),

history as (
    {{ first_ledger_day() }}
),

dates as (
    select unnest({{ as_of_dates_within('first_day', "date '9999-12-31'") }}) as as_of_date
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
