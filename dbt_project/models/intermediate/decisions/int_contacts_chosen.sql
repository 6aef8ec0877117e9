with contacts as (select * from {{ ref('int_contacts_unioned') }}),

unreachable as (
    select
        email,
        since_date
    from {{ ref('stg_desk__unreachable_addresses') }}
    where since_date <= {{ as_of_date() }}
),

usable as (
    select
        contacts.customer_id,
        contacts.contact_id,
        contacts.contact_name,
        lower(left(contacts.language, 2)) as language,
        -- Mail to an address that bounced for good reaches nobody.
        case
            when
                regexp_matches(contacts.email, '^[^\s@<>,;"]+@[^\s@<>,;"]+\.[^\s@<>,;"]+$')
                and unreachable.email is null
                then contacts.email
        end as email,
        nullif(trim(contacts.phone), '') as phone,
        case contacts.role when 'accounts_payable' then 1 when 'executive' then 2 else 3 end as role_priority
    from contacts
    left join unreachable on lower(trim(contacts.email)) = unreachable.email
    where not coalesce(contacts.is_opted_out, false)
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
        contacts.customer_id,
        bool_and(coalesce(contacts.is_opted_out, false)) as is_opted_out,
        max(unreachable.since_date) as unreachable_since_date
    from contacts
    left join unreachable on lower(trim(contacts.email)) = unreachable.email
    group by contacts.customer_id
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
