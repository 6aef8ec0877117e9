with settlements as (select * from {{ ref('base_stripe__settlements') }}),

final as (
    select
        settlement_id as allocation_id,
        settlement_id as payment_id,
        invoice_id,
        cast(settled_at as date) as allocation_date,
        allocated_amount as amount,
        settled_at as recorded_at,
        settled_at as known_since
    from settlements
    where kind in ('receipt', 'refund', 'chargeback')
)

select * from final
