with staged as ({{ staged('fx_rates') }}
),

final as (
    select
        rate_date,
        from_currency,
        to_currency,
        rate,
        source_name,
        recorded_at,
        {{ known_date('rate_date') }} as known_date
    from staged
)

select * from final
