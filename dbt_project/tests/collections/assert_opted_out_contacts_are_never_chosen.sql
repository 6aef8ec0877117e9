-- Also where another record of the same address says so.
with batch as (select * from {{ ref('fct_reminder_batch') }}),

contacts as (select * from {{ ref('int_contacts_unioned') }})

select
    batch.customer_id,
    batch.contact_id
from batch
inner join contacts
    on
        batch.contact_id = contacts.contact_id
        or lower(trim(batch.contact_email)) = nullif(lower(trim(contacts.email)), '')
where batch.as_of_date = {{ as_of_date() }} and batch.decision = 'send' and contacts.is_opted_out
