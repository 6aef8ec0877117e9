with staged as ({{ staged('promises') }}
),

final as (
    select
        promise_id,
        invoice_id,
        made_date,
        promised_date,
        amount,
        cancelled_date,
        source_name,
        recorded_at,
        {{ known_date('made_date') }} as known_date
    from staged
)

select * from final
