with organizations as (
    select * from {{ source('raw_zendesk', 'organizations') }}
),

meanings as (
    select * from {{ source('raw_zendesk', '_meanings') }}
),

field_paths as (
    select
        max('$.organization_fields.' || meaning) filter (where value = 'segment') as segment_path,
        max('$.organization_fields.' || meaning) filter (where value = 'country') as country_path
    from meanings
    where rule = 'organization_field'
),

read_fields as (
    select
        organizations.*,
        nullif(trim(json_extract_string(organizations.payload, field_paths.segment_path)), '') as segment,
        nullif(trim(json_extract_string(organizations.payload, field_paths.country_path)), '') as country_name
    from organizations
    cross join field_paths
),

versions as (
    select
        'zendesk-' || object_id as customer_id,
        coalesce({{ text_at('name') }}, 'zendesk-' || object_id) as customer_name,
        {{ country_of('null', 'country_name') }} as country,
        cast(null as varchar) as language,
        cast(null as varchar) as billing_currency,
        cast(null as integer) as terms_days,
        segment,
        cast(null as varchar) as industry,
        cast(null as varchar) as parent_customer_id,
        cast(null as varchar) as account_owner,
        cast(null as decimal(18, 2)) as credit_limit,
        cast({{ zendesk_moment('created_at') }} as date) as created_date,
        lower({{ text_at('domain_names[0]') }}) as email_domain,
        cast(null as varchar) as postal_address,
        cast(null as date) as insolvency_date,
        {{ version_columns() }}
    from read_fields
),

final as (
    {{ latest_records('versions', 'customers') }}
)

select * from final
