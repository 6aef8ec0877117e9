with raw as (select * from {{ source('raw_files', 'credit_note_allocations') }}),

final as (
    select
        credit_note_id,
        invoice_id,
        allocation_date,
        amount,
        {{ recorded_at('allocation_date') }} as recorded_at,
        {{
            known_since('allocation_date', [
                'credit_note_id',
                'invoice_id',
                'allocation_date',
                'amount'
            ])
        }} as known_since
    from raw
    qualify {{ version_rank(['credit_note_id', 'invoice_id', 'allocation_date']) }} = 1
)

select * from final
