with tickets as (
    select * from {{ source('raw_hubspot', 'tickets') }}
),

meanings as (
    select * from {{ source('raw_hubspot', '_meanings') }}
),

contact_companies as (
    select
        object_id,
        company_id
    from {{ ref('base_hubspot__companies_of_objects') }}
    where object_type = 'contacts'
),

stages as (
    {{ hubspot_stages('ticket_pipelines') }}
),

escalations as (
    select count(*) > 0 as is_configured
    from meanings
    where rule = 'ticket_stage'
),

-- A ticket may have several categories; billing counts before technical, as in the alphabet.
categories as (
    select
        held.given,
        coalesce(min(meanings.meaning) filter (where meanings.meaning <> 'other'), min(meanings.meaning)) as category
    from (select distinct {{ hubspot_property('hs_ticket_category') }} as given from tickets) as held
    inner join meanings
        on meanings.rule = 'ticket_category' and list_contains(string_split(held.given, ';'), meanings.value)
    group by held.given
),

typed as (
    select
        'hubspot-' || tickets.object_id as ticket_id,
        'hubspot-' || coalesce({{ hubspot_associated('companies') }}, contact_companies.company_id) as customer_id,
        {{ hubspot_moment('createdate') }} as opened_at,
        if(stages.state = 'OPEN', null, {{ hubspot_moment('closed_date') }}) as closed_date,
        if(stages.state = 'CLOSED', tickets.updated_at, null) as closed_by,
        {{ meaning_of('ticket_priority', hubspot_property('hs_ticket_priority')) }} as priority,
        coalesce(
            {{ meaning_of_either('ticket_pipeline', hubspot_property('hs_pipeline'), 'stages.pipeline_label') }},
            categories.category
        ) as category,
        {{ meaning_of_either('ticket_stage', hubspot_property('hs_pipeline_stage'), 'stages.stage_label') }}
        is not null as is_in_escalation,
        {{ version_columns() }}
    from tickets
    left join contact_companies on {{ hubspot_associated('contacts') }} = contact_companies.object_id
    left join categories on {{ hubspot_property('hs_ticket_category') }} = categories.given
    left join stages
        on {{ hubspot_property('hs_pipeline') }} = stages.pipeline_id
        and {{ hubspot_property('hs_pipeline_stage') }} = stages.stage_id
),

versions as (
    select
        ticket_id,
        customer_id,
        opened_at,
        -- A ticket imported after it was closed has lasted no time.
        greatest(coalesce(closed_date, closed_by), if(coalesce(closed_date, closed_by) is null, null, opened_at))
            as closed_at,
        priority,
        category,
        -- Once escalated, always escalated: later versions are in other stages.
        if(
            escalations.is_configured,
            bool_or(is_in_escalation) over (
                partition by ticket_id order by _load_id, _line rows between unbounded preceding and current row
            ),
            null
        ) as is_escalated,
        cast(null as varchar) as satisfaction,
        recorded_at,
        _load_id,
        _line,
        _loaded_at,
        _is_first_load,
        _is_deleted
    from typed
    cross join escalations
),

latest as (
    {{ latest_records('versions', 'tickets') }}
),

final as (
    select *
    from latest
    where customer_id is not null and opened_at is not null
)

select * from final
