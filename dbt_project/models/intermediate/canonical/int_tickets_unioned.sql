with staged as ({{ staged('tickets') }}
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
        source_name,
        recorded_at,
        {{ known_date('opened_at') }} as known_date
    from staged
)

select * from final
