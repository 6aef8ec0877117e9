with staged as ({{ staged('credit_note_allocations') }}
),

final as (
    select
        credit_note_id,
        invoice_id,
        allocation_date,
        amount,
        source_name,
        recorded_at,
        {{ known_date('allocation_date') }} as known_date
    from staged
)

select * from final
