with raw as (select * from {{ source('raw_files', 'invoice_due_dates') }}),

final as (
    select
        invoice_id,
        instalment_no,
        due_date,
        amount,
        valid_from,
        {{ recorded_at('valid_from') }} as recorded_at,
        {{
            known_since('valid_from', [
                'invoice_id',
                'instalment_no',
                'due_date',
                'amount',
                'valid_from'
            ])
        }} as known_since
    from raw
    qualify {{ version_rank(['invoice_id', 'instalment_no', 'valid_from']) }} = 1
)

select * from final
