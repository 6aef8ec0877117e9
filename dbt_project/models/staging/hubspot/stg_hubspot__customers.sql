with companies as (
    select * from {{ source('raw_hubspot', 'companies') }}
),

meanings as (
    select * from {{ source('raw_hubspot', '_meanings') }}
),

owners as (
    {{ latest_objects(source('raw_hubspot', 'owners')) }}
),

owner_names as (
    select
        object_id as owner_id,
        coalesce(
            nullif(
                trim(
                    concat_ws(
                        ' ', json_extract_string(payload, '$.firstName'), json_extract_string(payload, '$.lastName')
                    )
                ),
                ''
            ),
            json_extract_string(payload, '$.email')
        ) as owner_name
    from owners
),

segment_path as (
    select max('$.properties.' || meaning) as path
    from meanings
    where rule = 'property' and value = 'segment'
),

versions as (
    select
        'hubspot-' || companies.object_id as customer_id,
        coalesce(
            {{ hubspot_property('name') }}, {{ hubspot_property('domain') }}, 'hubspot-' || companies.object_id
        ) as customer_name,
        {{ country_of(hubspot_property('hs_country_code'), hubspot_property('country')) }} as country,
        cast(null as varchar) as language,
        cast(null as varchar) as billing_currency,
        cast(null as integer) as terms_days,
        nullif(trim(json_extract_string(companies.payload, segment_path.path)), '') as segment,
        {{ hubspot_property('industry') }} as industry,
        'hubspot-' || {{ hubspot_property('hs_parent_company_id') }} as parent_customer_id,
        owner_names.owner_name as account_owner,
        cast(null as decimal(18, 2)) as credit_limit,
        cast({{ hubspot_moment('createdate') }} as date) as created_date,
        lower({{ hubspot_property('domain') }}) as email_domain,
        cast(null as varchar) as postal_address,
        cast(null as date) as insolvency_date,
        {{ version_columns() }}
    from companies
    cross join segment_path
    left join owner_names on {{ hubspot_property('hubspot_owner_id') }} = owner_names.owner_id
),

final as (
    {{ latest_records('versions', 'customers') }}
)

select * from final
