with latest as (
    {{
        latest_versions(
            source('raw_files', 'opportunities'),
            key=['opportunity_id'],
            effective_date='opened_date',
            identity=['opportunity_id', 'customer_id', 'kind', 'opened_date']
        )
    }}
),

final as (
    select
        opportunity_id,
        customer_id,
        kind,
        stage,
        amount,
        currency,
        opened_date,
        expected_close_date,
        closed_date,
        is_won,
        recorded_at,
        known_since
    from latest
)

select * from final
