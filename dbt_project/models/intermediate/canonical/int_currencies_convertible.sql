with rates as (select * from {{ ref('int_fx_rates_daily') }}),

final as (
    select
        from_currency as currency,
        min(rate_date) as first_rate_date
    from rates
    group by from_currency
)

select * from final
