with messages as (select * from {{ source('raw_desk', 'deliveries') }}),

final as (
    select
        message_id,
        invoice_id,
        business_date,
        customer_id,
        step,
        channel,
        kind,
        state,
        finished_at,
        is_rehearsal
    from messages
)

select * from final
