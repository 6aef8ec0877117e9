{{ config(tags=['after_scoring']) }}

with drift as (select * from {{ source('ml', 'model_drift') }}),

final as (
    select
        as_of_date,
        model,
        feature,
        round(psi, 6) as psi,
        round(critical_value, 6) as critical_value,
        round(usual_psi, 6) as usual_psi,
        is_drifted,
        is_severe,
        training_customers,
        scored_customers
    from drift
    where as_of_date = {{ as_of_date() }}
)

select * from final
