with tickets as (
    select * from {{ source('raw_zendesk', 'tickets') }}
),

meanings as (
    select * from {{ source('raw_zendesk', '_meanings') }}
),

users as (
    {{ latest_objects(source('raw_zendesk', 'users')) }}
),

metric_events as (
    {{ latest_objects(source('raw_zendesk', 'ticket_metric_events')) }}
),

settings as (
    select
        count(*) filter (where rule in ('ticket_tag', 'ticket_form')) > 0 as tells_categories,
        count(*) filter (where rule = 'escalation_by') > 0 as tells_escalations
    from meanings
),

user_organizations as (
    select
        object_id as user_id,
        {{ text_at('organization_id') }} as organization_id
    from users
),

breaches as (
    select distinct {{ text_at('ticket_id') }} as ticket_id
    from metric_events
    where {{ text_at('type') }} = 'breach'
),

tag_categories as (
    {{ zendesk_tag_meanings('tickets', 'ticket_tag') }}
),

tag_escalations as (
    {{ zendesk_tag_meanings('tickets', 'escalation') }}
),

typed as (
    select
        'zendesk-' || tickets.object_id as ticket_id,
        'zendesk-' || coalesce(
            {{ text_at('organization_id', 'tickets.payload') }}, user_organizations.organization_id
        ) as customer_id,
        {{ zendesk_moment('created_at', 'tickets.payload') }} as opened_at,
        -- A ticket that was reopened keeps the moment it was last solved; it is open all the same. One that is
        -- solved without that moment was so at its last change at the latest.
        if(
            {{ text_at('status', 'tickets.payload') }} in ('solved', 'closed'),
            coalesce({{ zendesk_moment('metric_set.solved_at', 'tickets.payload') }}, tickets.updated_at),
            null
        ) as solved_at,
        {{ text_at('priority', 'tickets.payload') }} as priority,
        coalesce(
            tag_categories.meaning,
            {{ meaning_of('ticket_form', text_at('ticket_form_id', 'tickets.payload')) }},
            if(settings.tells_categories, 'other', null)
        ) as category,
        settings.tells_escalations,
        tag_escalations.meaning is not null or breaches.ticket_id is not null as is_in_escalation,
        {{ text_at('satisfaction_rating.score', 'tickets.payload') }} as score,
        {{ version_columns() }}
    from tickets
    cross join settings
    left join user_organizations
        on {{ text_at('requester_id', 'tickets.payload') }} = user_organizations.user_id
    left join breaches on tickets.object_id = breaches.ticket_id
    left join tag_categories on {{ zendesk_tags('tickets.payload') }} = tag_categories.tags
    left join tag_escalations on {{ zendesk_tags('tickets.payload') }} = tag_escalations.tags
),

versions as (
    select
        ticket_id,
        customer_id,
        opened_at,
        if(solved_at is null, null, greatest(solved_at, opened_at)) as closed_at,
        if(priority in ('low', 'normal', 'high', 'urgent'), priority, null) as priority,
        category,
        -- Once escalated, always escalated: later versions may have lost the tag.
        if(
            tells_escalations,
            bool_or(is_in_escalation) over (
                partition by ticket_id order by _load_id, _line rows between unbounded preceding and current row
            ),
            null
        ) as is_escalated,
        case
            when score = 'good' or starts_with(score, 'good_') then 'good'
            when score = 'bad' or starts_with(score, 'bad_') then 'bad'
        end as satisfaction,
        recorded_at,
        _load_id,
        _line,
        _loaded_at,
        _is_first_load,
        _is_deleted
    from typed
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
