with users as (
    select * from {{ source('raw_zendesk', 'users') }}
),

meanings as (
    select * from {{ source('raw_zendesk', '_meanings') }}
),

roles as (
    {{ zendesk_tag_meanings('users', 'user_tag') }}
),

versions as (
    select
        'zendesk-' || users.object_id as contact_id,
        'zendesk-' || {{ text_at('organization_id') }} as customer_id,
        {{ text_at('name') }} as contact_name,
        roles.meaning as role,
        lower({{ text_at('email') }}) as email,
        {{ text_at('phone') }} as phone,
        lower(string_split({{ text_at('locale') }}, '-')[1]) as language,
        cast(null as varchar) as preferred_channel,
        cast(null as boolean) as is_opted_out,
        {{ text_at('role') }} as user_role,
        {{ version_columns() }}
    from users
    left join roles on {{ zendesk_tags('users.payload') }} = roles.tags
),

-- Agents and administrators are the company's own people.
customers_people as (
    select * exclude (user_role, _is_deleted),
        _is_deleted or coalesce(user_role <> 'end-user', false) as _is_deleted
    from versions
),

latest as (
    {{ latest_records('customers_people', 'contacts') }}
),

final as (
    select *
    from latest
    where customer_id is not null
)

select * from final
