with raw as (select * from {{ source('raw_files', 'fx_rates') }}),

versions as (
    select
        rate_date,
        from_currency,
        to_currency,
        rate,
        {{ recorded_at('rate_date') }} as recorded_at,
        {{ version_rank(['rate_date', 'from_currency', 'to_currency']) }} as version_rank
    from raw
),

final as (
    select
        rate_date,
        from_currency,
        to_currency,
        rate,
        recorded_at
    from versions
    where version_rank = 1
)

select * from final
