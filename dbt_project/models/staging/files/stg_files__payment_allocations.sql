with raw as (select * from {{ source('raw_files', 'payment_allocations') }}),

versions as (
    select
        allocation_id,
        payment_id,
        invoice_id,
        allocation_date,
        amount,
        {{ recorded_at('allocation_date') }} as recorded_at,
        {{ version_rank(['allocation_id']) }} as version_rank
    from raw
),

final as (
    select
        allocation_id,
        payment_id,
        invoice_id,
        allocation_date,
        amount,
        recorded_at
    from versions
    where version_rank = 1
)

select * from final
