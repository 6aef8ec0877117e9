with raw as (select * from {{ source('raw_files', 'credit_note_allocations') }}),

versions as (
    select
        credit_note_id,
        invoice_id,
        allocation_date,
        amount,
        {{ recorded_at('allocation_date') }} as recorded_at,
        {{ version_rank(['credit_note_id', 'invoice_id', 'allocation_date']) }} as version_rank
    from raw
),

final as (
    select
        credit_note_id,
        invoice_id,
        allocation_date,
        amount,
        recorded_at
    from versions
    where version_rank = 1
)

select * from final
