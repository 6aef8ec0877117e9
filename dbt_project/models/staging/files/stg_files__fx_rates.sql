with raw as (select * from {{ source('raw_files', 'fx_rates') }}),

final as (
    select
        rate_date,
        from_currency,
        to_currency,
        rate,
        {{ recorded_at('rate_date') }} as recorded_at,
        {{ known_since('rate_date', ['rate_date', 'from_currency', 'to_currency', 'rate']) }} as known_since
    from raw
    qualify {{ version_rank(['rate_date', 'from_currency', 'to_currency']) }} = 1
)

select * from final
