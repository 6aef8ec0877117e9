with steps as (select * from {{ source('raw_policy', 'steps') }}),

final as (
    select
        cast(scenario as varchar) as scenario,
        cast(step_no as integer) as step_no,
        cast(step as varchar) as step,
        cast(offset_days as integer) as offset_days,
        cast(channel as varchar) as channel,
        cast(template as varchar) as template,
        cast(tone as varchar) as tone,
        cast(minimum_amount as decimal(18, 2)) as minimum_amount,
        cast(only_if_predicted_late as boolean) as only_if_predicted_late,
        cast(needs_approval as boolean) as needs_approval
    from steps
)

select * from final
