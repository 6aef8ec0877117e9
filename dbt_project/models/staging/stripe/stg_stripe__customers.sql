{#- A customer deleted in Stripe keeps its invoices, so it stays as it was last seen. One deleted before it
    was ever read is known by what its invoices say. -#}
with latest as (
    {{ latest_objects(source('raw_stripe', 'customers'), keeps_deleted=true) }}
),

invoices as (select * from {{ ref('base_stripe__invoices') }}),

read as (
    select
        object_id as customer_id,
        {{ text_at('name') }} as name,
        {{ text_at('email') }} as email,
        {{ text_at('address.country') }} as country,
        concat_ws(
            '; ',
            {{ text_at('address.line1') }},
            {{ text_at('address.line2') }},
            nullif(trim(concat_ws(' ', {{ text_at('address.postal_code') }}, {{ text_at('address.city') }})), '')
        ) as postal_address,
        {{ text_at('preferred_locales[0]') }} as language,
        upper({{ text_at('currency') }}) as billing_currency,
        {{ unix_at('created') }} as created_at
    from latest
    union all by name
    select
        customer_id,
        arg_max(customer_name, created_at) as name,
        arg_max(customer_email, created_at) as email,
        arg_max(currency, created_at) as billing_currency,
        min(created_at) as created_at
    from invoices
    anti join latest on invoices.customer_id = latest.object_id
    group by customer_id
),

final as (
    select
        customer_id,
        coalesce(name, email, customer_id) as customer_name,
        country,
        language,
        billing_currency,
        cast(null as integer) as terms_days,
        cast(null as varchar) as segment,
        cast(null as varchar) as industry,
        cast(null as varchar) as parent_customer_id,
        cast(null as varchar) as account_owner,
        cast(null as decimal(18, 2)) as credit_limit,
        cast(created_at as date) as created_date,
        nullif(lower(split_part(email, '@', 2)), '') as email_domain,
        nullif(postal_address, '') as postal_address,
        cast(null as date) as insolvency_date,
        created_at as recorded_at,
        created_at as known_since
    from read
)

select * from final
