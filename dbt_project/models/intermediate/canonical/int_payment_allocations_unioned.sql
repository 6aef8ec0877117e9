with staged as ({{ staged('payment_allocations') }}
),

final as (
    select
        allocation_id,
        payment_id,
        invoice_id,
        allocation_date,
        amount,
        source_name,
        recorded_at,
        {{ known_date('allocation_date') }} as known_date
    from staged
)

select * from final
