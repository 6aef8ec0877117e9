with latest as (
    {{
        latest_versions(
            source('raw_files', 'tickets'),
            key=['ticket_id'],
            effective_date='opened_at',
            identity=['ticket_id', 'customer_id', 'opened_at']
        )
    }}
),

final as (
    select
        ticket_id,
        customer_id,
        opened_at,
        closed_at,
        priority,
        category,
        is_escalated,
        satisfaction,
        recorded_at,
        known_since
    from latest
)

select * from final
