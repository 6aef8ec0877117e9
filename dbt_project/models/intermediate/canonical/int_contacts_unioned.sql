with staged as ({{ staged('contacts') }}
),

final as (
    select
        contact_id,
        customer_id,
        contact_name,
        role,
        email,
        phone,
        language,
        preferred_channel,
        is_opted_out,
        source_name,
        recorded_at,
        {{ known_date('null') }} as known_date
    from staged
)

select * from final
