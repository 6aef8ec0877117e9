with latest as (
    {{
        latest_versions(
            source('raw_files', 'disputes'),
            key=['dispute_id'],
            effective_date='raised_date',
            identity=['dispute_id', 'invoice_id', 'raised_date']
        )
    }}
),

final as (
    select
        dispute_id,
        invoice_id,
        raised_date,
        logged_date,
        resolved_date,
        amount,
        reason,
        outcome,
        recorded_at,
        known_since
    from latest
)

select * from final
