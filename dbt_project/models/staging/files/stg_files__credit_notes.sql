with raw as (select * from {{ source('raw_files', 'credit_notes') }}),

final as (
    select
        credit_note_id,
        customer_id,
        credit_date,
        currency,
        gross_amount,
        net_amount,
        tax_amount,
        {{ recorded_at('credit_date') }} as recorded_at,
        {{
            known_since('credit_date', [
                'credit_note_id',
                'customer_id',
                'credit_date',
                'currency',
                'gross_amount'
            ])
        }} as known_since
    from raw
    qualify {{ version_rank(['credit_note_id']) }} = 1
)

select * from final
