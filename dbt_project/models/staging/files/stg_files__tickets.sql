with raw as (select * from {{ source('raw_files', 'tickets') }}),

versions as (
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
        {{ version_rank(['ticket_id']) }} as version_rank
    from raw
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
        recorded_at
    from versions
    where version_rank = 1
)

select * from final
