with latest as (
    {{
        latest_versions(
            source('raw_files', 'fx_rates'),
            key=['rate_date', 'from_currency', 'to_currency'],
            effective_date='rate_date',
            identity=['rate_date', 'from_currency', 'to_currency', 'rate']
        )
    }}
),

final as (
    select
        rate_date,
        from_currency,
        to_currency,
        rate,
        recorded_at,
        known_since
    from latest
)

select * from final
