with staged as ({{ staged('write_offs') }}
),

final as (
    select
        write_off_id,
        invoice_id,
        write_off_date,
        amount,
        kind,
        source_name,
        recorded_at,
        {{ known_date('write_off_date') }} as known_date
    from staged
)

select * from final
