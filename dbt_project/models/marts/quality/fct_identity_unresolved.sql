with doubtful as (select * from {{ source('identity', 'doubtful') }}),

unmatched as (select * from {{ source('identity', 'unmatched') }}),

final as (
    select
        source as source_name,
        party_id,
        candidate_customer_id,
        'doubtful' as state,
        method,
        round(confidence, 6) as confidence,
        reason,
        evidence
    from doubtful
    union all
    select
        source as source_name,
        party_id,
        null as candidate_customer_id,
        'unmatched' as state,
        null as method,
        null as confidence,
        reason,
        party_name as evidence
    from unmatched
)

select * from final
