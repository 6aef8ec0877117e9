with settlements as (select * from {{ ref('base_stripe__settlements') }}),

final as (
    select
        settlement_id as payment_id,
        customer_id,
        cast(settled_at as date) as payment_date,
        currency,
        amount,
        kind,
        reverses_id as reverses_payment_id,
        method,
        settled_at as recorded_at,
        settled_at as known_since
    from settlements
    where kind in ('receipt', 'refund', 'chargeback')
)

select * from final
