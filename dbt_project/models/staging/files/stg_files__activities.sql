with raw as (select * from {{ source('raw_files', 'activities') }}),

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
        {{ recorded_at('activity_date') }} as recorded_at,
        {{ known_since('activity_date', ['activity_id', 'activity_date', 'kind', 'direction']) }} as known_since
    from raw
    qualify {{ version_rank(['activity_id']) }} = 1
)

select * from final
