with customer_links as (select * from {{ source('identity', 'customer_links') }}),

final as (
    select
        source as source_name,
        party_id,
        customer_id,
        method,
        round(confidence, 6) as confidence
    from customer_links
)

select * from final
