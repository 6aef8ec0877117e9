with raw as (select * from {{ source('raw_files', 'disputes') }}),

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
        {{ recorded_at('raised_date') }} as recorded_at,
        {{ known_since('raised_date', ['dispute_id', 'invoice_id', 'raised_date']) }} as known_since
    from raw
    qualify {{ version_rank(['dispute_id']) }} = 1
)

select * from final
