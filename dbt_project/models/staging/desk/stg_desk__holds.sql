with entries as (select * from {{ source('raw_desk', 'holds') }}),

final as (
    select
        hold_id,
        customer_id,
        invoice_id,
        start_date,
        end_date,
        comment,
        author,
        recorded_at
    from entries
    qualify row_number() over (partition by hold_id order by entry_no desc) = 1
)

select * from final
