{{ config(tags=['after_scoring']) }}

with evaluations as (select * from {{ source('ml', 'model_evaluations') }}),

final as (
    select
        as_of_date,
        model,
        segment,
        metric,
        round(value, 6) as value,
        round(baseline_value, 6) as baseline_value,
        n
    from evaluations
    where as_of_date = {{ as_of_date() }}
)

select * from final
