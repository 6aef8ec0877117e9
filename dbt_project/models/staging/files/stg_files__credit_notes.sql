with raw as (select * from {{ source('raw_files', 'credit_notes') }}),

versions as (
    select
        credit_note_id,
        customer_id,
        credit_date,
        currency,
        gross_amount,
        net_amount,
        tax_amount,
        {{ recorded_at('credit_date') }} as recorded_at,
        {{ version_rank(['credit_note_id']) }} as version_rank
    from raw
),

final as (
    select
        credit_note_id,
        customer_id,
        credit_date,
        currency,
        gross_amount,
        net_amount,
        tax_amount,
        recorded_at
    from versions
    where version_rank = 1
)

select * from final
