with batch as (select * from {{ ref('fct_reminder_batch') }}),

settings as (select * from {{ ref('int_policy_settings') }}),

sent as (
    select count(*) as message_count
    from batch
    where as_of_date = {{ as_of_date() }} and decision = 'send'
)

select sent.message_count
from sent
cross join settings
where sent.message_count > settings.messages_a_day
