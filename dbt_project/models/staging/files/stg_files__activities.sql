with raw as (select * from {{ source('raw_files', 'activities') }}),

versions as (
    select
        activity_id,
        activity_date,
        kind,
        direction,
        customer_id,
        invoice_id,
        channel,
        minutes,
        collector_id,
        step,
        template,
        experiment_arm,
        {{ recorded_at('activity_date') }} as recorded_at,
        {{ version_rank(['activity_id']) }} as version_rank
    from raw
),

final as (
    select
        activity_id,
        activity_date,
        kind,
        direction,
        customer_id,
        invoice_id,
        channel,
        minutes,
        collector_id,
        step,
        template,
        experiment_arm,
        recorded_at
    from versions
    where version_rank = 1
)

select * from final
