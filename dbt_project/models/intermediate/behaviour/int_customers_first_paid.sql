with intervals as (select * from {{ ref('int_paid_intervals') }}),

final as (
    select
        customer_id,
        min(valid_from) as first_paid_date,
        cast(date_trunc('month', min(valid_from)) as date) as cohort_month
    from intervals
    where amount > 0 and valid_from <= {{ as_of_date() }}
    group by customer_id
)

select * from final
