{#- Contacts of the twelve months to each date that have had their response days, and what followed them. -#}
with as_of_dates as (select * from {{ ref('int_as_of_dates') }}),

contacts as (select * from {{ ref('int_dunning_contacts') }}),

responses as (select * from {{ ref('int_contact_responses') }}),

judged as (
    select
        activity_id,
        invoice_id,
        kind,
        step,
        channel,
        is_first_reminder,
        contact_date + {{ param('response_days') }} as judged_date,
        {{ end_of_window('contact_date', 12) }} as left_date
    from contacts
),

facts as (
    select
        kind,
        step,
        channel,
        is_first_reminder,
        judged_date as valid_from,
        left_date as valid_to,
        1 as contact_count,
        0 as response_count,
        cast(0 as decimal(38, 14)) as cash_reporting
    from judged
    union all
    select
        judged.kind,
        judged.step,
        judged.channel,
        judged.is_first_reminder,
        greatest(judged.judged_date, responses.known_date) as valid_from,
        judged.left_date as valid_to,
        0 as contact_count,
        cast(responses.is_first_known as integer) as response_count,
        responses.cash_reporting
    from judged
    inner join responses
        on judged.activity_id = responses.activity_id and judged.invoice_id = responses.invoice_id
),

groups as (
    select
        kind,
        step,
        channel,
        is_first_reminder,
        {{ first_as_of_date('valid_from') }} as first_date,
        {{ first_as_of_date('valid_to') }} as end_date,
        sum(contact_count) as contact_count,
        sum(response_count) as response_count,
        sum(cash_reporting) as cash_reporting
    from facts
    where valid_from < valid_to
    group by all
),

final as (
    select
        as_of_dates.as_of_date,
        groups.kind,
        groups.step,
        groups.channel,
        groups.is_first_reminder,
        sum(groups.contact_count) as contact_count,
        sum(groups.response_count) as response_count,
        sum(groups.cash_reporting) as cash_reporting
    from groups
    inner join as_of_dates
        on as_of_dates.as_of_date >= groups.first_date and as_of_dates.as_of_date < groups.end_date
    group by
        as_of_dates.as_of_date,
        groups.kind,
        groups.step,
        groups.channel,
        groups.is_first_reminder
    having sum(groups.contact_count) > 0
)

select * from final
