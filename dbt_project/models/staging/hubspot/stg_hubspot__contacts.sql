with contacts as (
    select * from {{ source('raw_hubspot', 'contacts') }}
),

meanings as (
    select * from {{ source('raw_hubspot', '_meanings') }}
),

-- A word of the settings begins a word of the title: `compta` is in `Responsable comptable`.
job_roles as (
    select
        jobs.job_title,
        min(job_words.meaning) as role
    from (select distinct lower({{ hubspot_property('jobtitle') }}) as job_title from contacts) as jobs
    inner join meanings as job_words
        on job_words.rule = 'job_word'
        and regexp_matches(jobs.job_title, '(^|[^\p{L}])' || regexp_escape(job_words.value))
    group by jobs.job_title
),

buying_roles as (
    select
        held.given,
        min(meanings.meaning) as role
    from (select distinct {{ hubspot_property('hs_buying_role') }} as given from contacts) as held
    inner join meanings
        on meanings.rule = 'buying_role' and list_contains(string_split(held.given, ';'), meanings.value)
    group by held.given
),

versions as (
    select
        'hubspot-' || contacts.object_id as contact_id,
        'hubspot-' || coalesce(
            {{ hubspot_property('associatedcompanyid') }}, cast({{ hubspot_associated('companies') }} as varchar)
        ) as customer_id,
        nullif(
            trim(concat_ws(' ', {{ hubspot_property('firstname') }}, {{ hubspot_property('lastname') }})), ''
        ) as contact_name,
        -- `accounts_payable` sorts before `executive`: who pays the bills is asked first.
        coalesce(
            job_roles.role,
            buying_roles.role,
            if(job_roles.job_title is null and {{ hubspot_property('jobtitle') }} is null, null, 'other')
        ) as role,
        lower({{ hubspot_property('email') }}) as email,
        {{ hubspot_property('phone') }} as phone,
        lower(string_split({{ hubspot_property('hs_language') }}, '-')[1]) as language,
        cast(null as varchar) as preferred_channel,
        {{ hubspot_property('hs_email_optout') }} = 'true' as is_opted_out,
        {{ version_columns() }}
    from contacts
    left join job_roles on lower({{ hubspot_property('jobtitle') }}) = job_roles.job_title
    left join buying_roles on {{ hubspot_property('hs_buying_role') }} = buying_roles.given
),

latest as (
    {{ latest_records('versions', 'contacts') }}
),

final as (
    select *
    from latest
    where customer_id is not null
)

select * from final
