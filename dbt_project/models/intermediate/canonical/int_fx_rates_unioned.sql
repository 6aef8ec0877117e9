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
    -- A pair that two sources quote for one day has the rate of the first in order of precedence.
    qualify row_number() over (
        partition by rate_date, from_currency, to_currency
        order by list_position({{ var("sources") }}, source_name)
    ) = 1
)

select * from final
