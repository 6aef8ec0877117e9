with raw as (select * from {{ source('raw_files', 'write_offs') }}),

versions as (
    select
        write_off_id,
        invoice_id,
        write_off_date,
        amount,
        kind,
        {{ recorded_at('write_off_date') }} as recorded_at,
        {{ version_rank(['write_off_id']) }} as version_rank
    from raw
),

final as (
    select
        write_off_id,
        invoice_id,
        write_off_date,
        amount,
        kind,
        recorded_at
    from versions
    where version_rank = 1
)

select * from final
