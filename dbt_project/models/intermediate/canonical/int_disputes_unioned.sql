with staged as ({{ staged('disputes') }}
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
        source_name,
        recorded_at,
        {{ known_date('coalesce(logged_date, raised_date)') }} as known_date
    from staged
)

select * from final
