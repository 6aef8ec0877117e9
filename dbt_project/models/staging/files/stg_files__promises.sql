with raw as (select * from {{ source('raw_files', 'promises') }}),

final as (
    select
        promise_id,
        invoice_id,
        made_date,
        promised_date,
        amount,
        cancelled_date,
        {{ recorded_at('made_date') }} as recorded_at,
        {{
            known_since('made_date', [
                'promise_id',
                'invoice_id',
                'made_date',
                'promised_date',
                'amount'
            ])
        }} as known_since
    from raw
    qualify {{ version_rank(['promise_id']) }} = 1
)

select * from final
