{#- The latest rate on or before each day, one row a day: flows join it on equality (K8). -#}
with rates as (select * from {{ ref('int_fx_rates_daily') }}),

invoices as (select * from {{ ref('int_invoices_unioned') }}),

payments as (select * from {{ ref('int_payments_unioned') }}),

credit_notes as (select * from {{ ref('int_credit_notes_unioned') }}),

bounds as (
    {{ first_ledger_day() }}
),

final as (
    select
        rates.from_currency,
        cast(unnest(generate_series(
            greatest(rates.rate_date, bounds.first_day),
            least(rates.valid_to_date - 1, {{ as_of_date() }}),
            interval 1 day
        )) as date) as rate_date,
        rates.rate
    from rates
    cross join bounds
    where rates.valid_to_date > bounds.first_day
)

select * from final
