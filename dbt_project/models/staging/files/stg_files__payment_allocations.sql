with raw as (select * from {{ source('raw_files', 'payment_allocations') }}),

final as (
    select
        allocation_id,
        payment_id,
        invoice_id,
        allocation_date,
        amount,
        {{ recorded_at('allocation_date') }} as recorded_at,
        {{
            known_since('allocation_date', [
                'allocation_id',
                'payment_id',
                'invoice_id',
                'allocation_date',
                'amount'
            ])
        }} as known_since
    from raw
    qualify {{ version_rank(['allocation_id']) }} = 1
)

select * from final
