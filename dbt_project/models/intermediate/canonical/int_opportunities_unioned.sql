with staged as ({{ staged('opportunities') }}
),

final as (
    select
        opportunity_id,
        customer_id,
        kind,
        stage,
        amount,
        currency,
        opened_date,
        expected_close_date,
        closed_date,
        is_won,
        source_name,
        recorded_at,
        {{ known_date('opened_date') }} as known_date
    from staged
)

select * from final
