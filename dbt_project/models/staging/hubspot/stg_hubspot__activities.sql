with calls as (
    select * from {{ source('raw_hubspot', 'calls') }}
),

emails as (
    select * from {{ source('raw_hubspot', 'emails') }}
),

notes as (
    select * from {{ source('raw_hubspot', 'notes') }}
),

meanings as (
    select * from {{ source('raw_hubspot', '_meanings') }}
),

object_companies as (
    select * from {{ ref('base_hubspot__companies_of_objects') }}
),

engagements as (
    select
        *,
        'call' as channel,
        upper({{ hubspot_property('hs_call_direction') }}) as way,
        upper({{ hubspot_property('hs_call_status') }}) in ('CANCELED', 'FAILED', 'QUEUED') as is_void
    from calls
    union all by name
    select
        *,
        'email' as channel,
        upper({{ hubspot_property('hs_email_direction') }}) as way,
        upper({{ hubspot_property('hs_email_direction') }}) = 'DRAFT_EMAIL'
        or upper({{ hubspot_property('hs_email_status') }}) in ('BOUNCED', 'FAILED', 'SCHEDULED', 'SENDING') as is_void
    from emails
    union all by name
    select
        *,
        'note' as channel
    from notes
),

typed as (
    select
        engagements.*,
        case
            when engagements.way in ('INBOUND', 'INCOMING_EMAIL') then 'in'
            when engagements.way in ('OUTBOUND', 'EMAIL') then 'out'
            else 'internal'
        end as direction,
        {{ meaning_of('owner', hubspot_property('hubspot_owner_id')) }} is not null as is_collection,
        coalesce(
            {{ hubspot_associated('companies') }},
            contact_companies.company_id,
            deal_companies.company_id,
            ticket_companies.company_id
        ) as company_id
    from engagements
    left join object_companies as contact_companies
        on contact_companies.object_type = 'contacts'
        and {{ hubspot_associated('contacts') }} = contact_companies.object_id
    left join object_companies as deal_companies
        on deal_companies.object_type = 'deals'
        and {{ hubspot_associated('deals') }} = deal_companies.object_id
    left join object_companies as ticket_companies
        on ticket_companies.object_type = 'tickets'
        and {{ hubspot_associated('tickets') }} = ticket_companies.object_id
),

versions as (
    select
        'hubspot-' || object_id as activity_id,
        cast({{ hubspot_moment('hs_timestamp') }} as date) as activity_date,
        -- Only what collectors do is collection work: a sales call chases no invoice.
        case
            when channel = 'email' and direction = 'in' then 'reply'
            when channel = 'email' and direction = 'out' and is_collection then 'reminder'
            when channel = 'call' and (direction = 'in' or (direction = 'out' and is_collection)) then 'call'
            else 'note'
        end as kind,
        direction,
        'hubspot-' || company_id as customer_id,
        cast(null as varchar) as invoice_id,
        channel,
        cast(
            round(try_cast({{ hubspot_property('hs_call_duration') }} as decimal(18, 3)) / 60000) as integer
        ) as minutes,
        {{ hubspot_property('hubspot_owner_id') }} as collector_id,
        cast(null as varchar) as step,
        cast(null as varchar) as template,
        cast(null as varchar) as experiment_arm,
        cast(null as timestamp) as recorded_at,
        _load_id,
        _line,
        _loaded_at,
        _is_first_load,
        _is_deleted or coalesce(is_void, false) as _is_deleted
    from typed
),

latest as (
    {{ latest_records('versions', 'activities') }}
),

final as (
    select *
    from latest
    where customer_id is not null and activity_date is not null
)

select * from final
