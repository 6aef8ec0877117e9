with raw as (select * from {{ source('raw_files', 'disputes') }}),

versions as (
    select
        dispute_id,
        invoice_id,
        raised_date,
        logged_date,
        resolved_date,
        amount,
        reason,
        outcome,
        {{ recorded_at('raised_date') }} as recorded_at,
        {{ version_rank(['dispute_id']) }} as version_rank
    from raw
),

final as (
    select
        dispute_id,
        invoice_id,
        raised_date,
        logged_date,
        resolved_date,
        amount,
        reason,
        outcome,
        recorded_at
    from versions
    where version_rank = 1
)

select * from final
