with raw as (select * from {{ source('raw_files', 'customers') }}),

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
        {{ recorded_at('created_date') }} as recorded_at,
        {{ known_since('created_date', ['customer_id']) }} as known_since
    from raw
    qualify {{ version_rank(['customer_id']) }} = 1
)

select * from final
