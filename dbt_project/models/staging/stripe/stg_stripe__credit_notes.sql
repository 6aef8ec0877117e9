with settlements as (select * from {{ ref('base_stripe__settlements') }}),

final as (
    select
        settlement_id as credit_note_id,
        customer_id,
        cast(settled_at as date) as credit_date,
        currency,
        amount as gross_amount,
        net_amount,
        amount - net_amount as tax_amount,
        settled_at as recorded_at,
        settled_at as known_since
    from settlements
    where kind = 'credit'
)

select * from final
