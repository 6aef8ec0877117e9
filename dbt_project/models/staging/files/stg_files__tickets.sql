with raw as (select * from {{ source('raw_files', 'tickets') }}),

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
        {{ recorded_at('opened_at') }} as recorded_at,
        {{ known_since('opened_at', ['ticket_id', 'customer_id', 'opened_at']) }} as known_since
    from raw
    qualify {{ version_rank(['ticket_id']) }} = 1
)

select * from final
