with staged as ({{ staged('activities') }}
),

final as (
    select
        activity_id,
        activity_date,
        kind,
        direction,
        customer_id,
        invoice_id,
        channel,
        minutes,
        collector_id,
        step,
        template,
        experiment_arm,
        source_name,
        recorded_at,
        {{ known_date('activity_date') }} as known_date
    from staged
)

select * from final
