with latest as (
    {{
        latest_versions(
            source('raw_files', 'customers'),
            key=['customer_id'],
            effective_date='created_date',
            identity=['customer_id']
        )
    }}
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
        recorded_at,
        known_since
    from latest
)

select * from final
