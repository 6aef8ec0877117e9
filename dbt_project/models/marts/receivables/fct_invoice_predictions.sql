{{ config(tags=['after_scoring']) }}

with predictions as (select * from {{ source('ml', 'invoice_predictions') }}),

final as (
    select
        as_of_date,
        invoice_id,
        customer_id,
        method,
        model_version,
        p10_date,
        p50_date,
        p90_date,
        round(p_paid_7d, 6) as p_paid_7d,
        round(p_paid_14d, 6) as p_paid_14d,
        round(p_paid_30d, 6) as p_paid_30d,
        round(p_paid_60d, 6) as p_paid_60d,
        round(p_paid_by_month_end, 6) as p_paid_by_month_end,
        round(p_unpaid_120d, 6) as p_unpaid_120d,
        {{ reason_text('reason_codes', 'en', {'later': 'pays later', 'earlier': 'pays earlier'}) }} as reasons_en,
        {{ reason_text('reason_codes', 'fr', {'later': 'paie plus tard', 'earlier': 'paie plus tôt'}) }} as reasons_fr
    from predictions
    where as_of_date = {{ as_of_date() }}
)

select * from final
