with segments as (select * from {{ source('raw_policy', 'segments') }}),

final as (
    select
        cast(segment_no as integer) as segment_no,
        cast(segment as varchar) as policy_segment,
        cast(scenario as varchar) as scenario,
        cast(lane as varchar) as lane,
        customer_ids,
        account_segments,
        countries,
        cast(minimum_mrr as decimal(18, 2)) as minimum_mrr,
        cast(minimum_open_amount as decimal(18, 2)) as minimum_open_amount,
        cast(maximum_open_amount as decimal(18, 2)) as maximum_open_amount,
        cast(minimum_tenure_days as integer) as minimum_tenure_days,
        cast(maximum_tenure_days as integer) as maximum_tenure_days,
        cast(minimum_usual_days_late as integer) as minimum_usual_days_late,
        cast(maximum_usual_days_late as integer) as maximum_usual_days_late,
        cast(minimum_churn_probability as double) as minimum_churn_probability
    from segments
)

select * from final
