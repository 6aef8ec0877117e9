{{ config(tags=['after_scoring']) }}

with predictions as (select * from {{ source('ml', 'churn_predictions') }}),

final as (
    select
        as_of_date,
        customer_id,
        method,
        model_version,
        round(p_churn, 6) as p_churn,
        round(p_churn_voluntary, 6) as p_churn_voluntary,
        round(p_churn_payment_failure, 6) as p_churn_payment_failure,
        {{ reason_text('reason_codes', 'en', {'raises': 'likelier to leave', 'lowers': 'likelier to stay'}) }}
            as reasons_en,
        {{ reason_text(
            'reason_codes', 'fr', {'raises': 'départ plus probable', 'lowers': 'départ moins probable'}
        ) }} as reasons_fr
    from predictions
    where as_of_date = {{ as_of_date() }}
)

select * from final
