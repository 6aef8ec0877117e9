with staged as ({{ staged('invoice_due_dates') }}
),

final as (
    select
        invoice_id,
        instalment_no,
        due_date,
        amount,
        valid_from,
        source_name,
        recorded_at,
        {{ known_date('valid_from') }} as known_date
    from staged
)

select * from final
