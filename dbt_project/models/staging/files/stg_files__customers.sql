with raw as (select * from {{ source('raw_files', 'customers') }}),

versions as (
    select
        customer_id,
        customer_name,
        country,
        language,
        billing_currency,
        terms_days,
        segment,
        industry,
        parent_customer_id,
        account_owner,
        credit_limit,
        created_date,
        email_domain,
        insolvency_date,
        {{ recorded_at('created_date') }} as recorded_at,
        {{ version_rank(['customer_id']) }} as version_rank
    from raw
),

final as (
    select
        customer_id,
        customer_name,
        country,
        language,
        billing_currency,
        terms_days,
        segment,
        industry,
        parent_customer_id,
        account_owner,
        credit_limit,
        created_date,
        email_domain,
        insolvency_date,
        recorded_at
    from versions
    where version_rank = 1
)

select * from final
