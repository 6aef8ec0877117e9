with raw as (select * from {{ source('raw_files', 'promises') }}),

versions as (
    select
        promise_id,
        invoice_id,
        made_date,
        promised_date,
        amount,
        cancelled_date,
        {{ recorded_at('made_date') }} as recorded_at,
        {{ version_rank(['promise_id']) }} as version_rank
    from raw
),

final as (
    select
        promise_id,
        invoice_id,
        made_date,
        promised_date,
        amount,
        cancelled_date,
        recorded_at
    from versions
    where version_rank = 1
)

select * from final
