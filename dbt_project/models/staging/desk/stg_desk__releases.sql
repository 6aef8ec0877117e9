with entries as (select * from {{ source('raw_desk', 'releases') }}),

final as (
    select
        release_id,
        customer_id,
        hold_reason,
        start_date,
        end_date,
        comment,
        author,
        recorded_at
    from entries
    qualify row_number() over (partition by release_id order by entry_no desc) = 1
)

select * from final
