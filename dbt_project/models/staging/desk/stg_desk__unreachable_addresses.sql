with entries as (select * from {{ source('raw_desk', 'unreachable_addresses') }}),

final as (
    select
        lower(email) as email,
        since_date,
        cause,
        author,
        recorded_at
    from entries
    qualify row_number() over (partition by lower(email) order by entry_no desc) = 1
)

select * from final
