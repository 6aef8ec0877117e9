with suspense_items as (select * from {{ ref('int_suspense_items') }}),

final as (
    select
        entity,
        reason,
        coalesce(currency, 'unknown') as currency,
        count(*) as record_count,
        cast(sum(amount) as decimal(18, 2)) as amount
    from suspense_items
    group by entity, reason, coalesce(currency, 'unknown')
)

select * from final
