with latest as (
    {{
        latest_versions(
            source('raw_files', 'activities'),
            key=['activity_id'],
            effective_date='activity_date',
            identity=['activity_id', 'activity_date', 'kind', 'direction']
        )
    }}
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
        recorded_at,
        known_since
    from latest
)

select * from final
