with raw as (select * from {{ source('raw_files', 'invoice_due_dates') }}),

versions as (
    select
        invoice_id,
        instalment_no,
        due_date,
        amount,
        valid_from,
        {{ recorded_at('valid_from') }} as recorded_at,
        {{ version_rank(['invoice_id', 'instalment_no', 'valid_from']) }} as version_rank
    from raw
),

final as (
    select
        invoice_id,
        instalment_no,
        due_date,
        amount,
        valid_from,
        recorded_at
    from versions
    where version_rank = 1
)

select * from final
