with targets as (select * from {{ source('raw_company', 'targets') }}),

final as (
    select
        metric,
        coalesce(month_start_date, cast(date_trunc('month', {{ as_of_date() }}) as date)) as month_start_date,
        amount,
        unit,
        currency
    from targets
)

select * from final
