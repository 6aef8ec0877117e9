with contacts as (
    {{ latest_objects(source('raw_hubspot', 'contacts')) }}
),

deals as (
    {{ latest_objects(source('raw_hubspot', 'deals')) }}
),

tickets as (
    {{ latest_objects(source('raw_hubspot', 'tickets')) }}
),

contact_companies as (
    select
        object_id,
        coalesce(
            try_cast({{ hubspot_property('associatedcompanyid') }} as bigint), {{ hubspot_associated('companies') }}
        ) as company_id
    from contacts
),

found as (
    select
        'deals' as object_type,
        object_id,
        {{ hubspot_associated('companies') }} as company_id,
        {{ hubspot_associated('contacts') }} as contact_id
    from deals
    union all
    select
        'tickets' as object_type,
        object_id,
        {{ hubspot_associated('companies') }} as company_id,
        {{ hubspot_associated('contacts') }} as contact_id
    from tickets
),

final as (
    select
        'contacts' as object_type,
        try_cast(object_id as bigint) as object_id,
        company_id
    from contact_companies
    union all
    select
        found.object_type,
        try_cast(found.object_id as bigint) as object_id,
        coalesce(found.company_id, contact_companies.company_id) as company_id
    from found
    left join contact_companies on found.contact_id = try_cast(contact_companies.object_id as bigint)
)

select * from final
