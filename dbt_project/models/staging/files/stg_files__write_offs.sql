with raw as (select * from {{ source('raw_files', 'write_offs') }}),

final as (
    select
        write_off_id,
        invoice_id,
        write_off_date,
        amount,
        kind,
        {{ recorded_at('write_off_date') }} as recorded_at,
        {{
            known_since('write_off_date', [
                'write_off_id',
                'invoice_id',
                'write_off_date',
                'amount',
                'kind'
            ])
        }} as known_since
    from raw
    qualify {{ version_rank(['write_off_id']) }} = 1
)

select * from final
