with contacts as (select * from {{ ref('int_contacts_unioned') }}),

unreachable as (
    select
        email,
        since_date
    from {{ ref('stg_desk__unreachable_addresses') }}
    where since_date <= {{ as_of_date() }}
),

addresses as (
    select
        customer_id,
        contact_id,
        contact_name,
        lower(left(language, 2)) as language,
        role,
        email,
        phone,
        coalesce(is_opted_out, false) as is_opted_out,
        nullif(lower(trim(email)), '') as mailbox,
        -- The national and the international spelling of a number have these digits in common.
        nullif(right(regexp_replace(phone, '[^0-9]', '', 'g'), 9), '') as phone_digits
    from contacts
),

opted_out_mailboxes as (
    select distinct mailbox
    from addresses
    where is_opted_out and mailbox is not null
),

opted_out_phones as (
    select distinct phone_digits
    from addresses
    where is_opted_out and phone_digits is not null
),

-- Whoever does not want to be written to has said so for the mailbox, in every record of it. A number may be a
-- whole company's: it is not called, but who else has it may be written to.
weighed as (
    select
        addresses.customer_id,
        addresses.contact_id,
        addresses.contact_name,
        addresses.language,
        addresses.role,
        addresses.email,
        case when opted_out_phones.phone_digits is null then nullif(trim(addresses.phone), '') end as phone,
        unreachable.since_date as unreachable_since_date,
        addresses.is_opted_out
        or opted_out_mailboxes.mailbox is not null
        or (addresses.mailbox is null and opted_out_phones.phone_digits is not null) as is_opted_out
    from addresses
    left join opted_out_mailboxes on addresses.mailbox = opted_out_mailboxes.mailbox
    left join opted_out_phones on addresses.phone_digits = opted_out_phones.phone_digits
    left join unreachable on addresses.mailbox = unreachable.email
),

usable as (
    select
        customer_id,
        contact_id,
        contact_name,
        language,
        -- Mail to an address that bounced for good reaches nobody.
        case
            when
                regexp_matches(email, '^[^\s@<>,;"]+@[^\s@<>,;"]+\.[^\s@<>,;"]+$')
                and unreachable_since_date is null
                then email
        end as email,
        phone,
        case role when 'accounts_payable' then 1 when 'executive' then 2 else 3 end as role_priority
    from weighed
    where not is_opted_out
),

ranked as (
    select
        customer_id,
        contact_id,
        contact_name,
        language,
        email,
        phone,
        row_number() over (partition by customer_id order by email is null, role_priority, contact_id) as email_rank,
        row_number() over (partition by customer_id order by phone is null, role_priority, contact_id) as phone_rank
    from usable
),

customers as (
    select
        customer_id,
        bool_and(is_opted_out) as is_opted_out,
        max(unreachable_since_date) as unreachable_since_date
    from weighed
    group by customer_id
),

final as (
    select
        customers.customer_id,
        customers.is_opted_out,
        customers.unreachable_since_date,
        email_contacts.contact_id as email_contact_id,
        email_contacts.contact_name as email_contact_name,
        email_contacts.language as email_language,
        email_contacts.email,
        phone_contacts.contact_id as phone_contact_id,
        phone_contacts.contact_name as phone_contact_name,
        phone_contacts.language as phone_language,
        phone_contacts.phone
    from customers
    left join ranked as email_contacts
        on
            customers.customer_id = email_contacts.customer_id
            and email_contacts.email_rank = 1
            and email_contacts.email is not null
    left join ranked as phone_contacts
        on
            customers.customer_id = phone_contacts.customer_id
            and phone_contacts.phone_rank = 1
            and phone_contacts.phone is not null
)

select * from final
