with deals as (
    select * from {{ source('raw_hubspot', 'deals') }}
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
    {{ hubspot_stages('deal_pipelines') }}
),

typed as (
    select
        'hubspot-' || deals.object_id as opportunity_id,
        'hubspot-' || coalesce({{ hubspot_associated('companies') }}, contact_companies.company_id) as customer_id,
        coalesce(
            {{ meaning_of_either('deal_pipeline', hubspot_property('pipeline'), 'stages.pipeline_label') }},
            {{ meaning_of('deal_type', hubspot_property('dealtype')) }}
        ) as declared_kind,
        coalesce(stages.stage_label, {{ hubspot_property('dealstage') }}) as stage,
        try_cast({{ hubspot_property('amount') }} as decimal(18, 2)) as amount,
        coalesce(
            upper({{ hubspot_property('deal_currency_code') }}), {{ meaning_of('portal', "'currency'") }}
        ) as currency,
        cast({{ hubspot_moment('createdate') }} as date) as opened_date,
        cast({{ hubspot_moment('closedate') }} as date) as close_date,
        coalesce({{ hubspot_property('hs_is_closed') }} = 'true', stages.state = 'CLOSED', false) as is_closed,
        coalesce({{ hubspot_property('hs_is_closed_won') }} = 'true', stages.probability = 1) as is_closed_won,
        cast(deals.updated_at as date) as updated_date,
        {{ version_columns() }}
    from deals
    left join contact_companies on {{ hubspot_associated('contacts') }} = contact_companies.object_id
    left join stages
        on {{ hubspot_property('pipeline') }} = stages.pipeline_id
        and {{ hubspot_property('dealstage') }} = stages.stage_id
),

first_wins as (
    select
        customer_id,
        min(close_date) as first_won_date
    from typed
    where is_closed and is_closed_won
    group by customer_id
),

versions as (
    select
        typed.opportunity_id,
        typed.customer_id,
        -- A deal without a type is new business until its company has bought.
        coalesce(
            typed.declared_kind, if(typed.opened_date > first_wins.first_won_date, 'expansion', 'new')
        ) as kind,
        typed.stage,
        typed.amount,
        typed.currency,
        typed.opened_date,
        -- HubSpot has one date: a forecast while the deal is open, the fact once it is closed.
        if(typed.is_closed, null, typed.close_date) as expected_close_date,
        if(typed.is_closed, coalesce(typed.close_date, typed.updated_date), null) as closed_date,
        if(typed.is_closed, typed.is_closed_won, null) as is_won,
        typed.recorded_at,
        typed._load_id,
        typed._line,
        typed._loaded_at,
        typed._is_first_load,
        typed._is_deleted
    from typed
    left join first_wins on typed.customer_id = first_wins.customer_id
),

latest as (
    {{ latest_records('versions', 'opportunities') }}
),

final as (
    select *
    from latest
    where customer_id is not null and opened_date is not null
)

select * from final
