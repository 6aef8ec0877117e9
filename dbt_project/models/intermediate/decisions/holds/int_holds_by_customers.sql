{#- Holds that the state of the customer itself causes: whether and how it can be reached. -#}
with open_invoices as (select * from {{ ref('int_open_invoices_scored') }}),

customer_360 as (select * from {{ ref('fct_customer_360') }}),

contacts as (select * from {{ ref('int_contacts_chosen') }}),

activities as (select * from {{ ref('int_activities_unioned') }}),

invoices as (select * from {{ ref('int_invoices_unioned') }}),

settings as (select * from {{ ref('int_policy_settings') }}),

customers as (
    select
        customer_id,
        min(invoice_date) as oldest_invoice_date
    from open_invoices
    group by customer_id
),

insolvency_holds as (
    select
        customer_id,
        'insolvency' as hold_reason,
        customer_id as source_record_id,
        insolvency_date as hold_start_date,
        cast(null as date) as hold_until_date,
        cast(null as timestamp) as recorded_at
    from customer_360
    where insolvency_date <= {{ as_of_date() }}
),

-- A message about several invoices is one contact, and so is a task: its owner is about to call.
last_contacts as (
    select
        coalesce(activities.customer_id, invoices.customer_id) as customer_id,
        activities.kind,
        activities.activity_date,
        max(activities.activity_id) as activity_id,
        -- Elsewhere it is the time of a load, which says nothing of when somebody knew.
        max(activities.recorded_at) filter (where activities.source_name = 'desk') as recorded_at,
        row_number() over (
            partition by coalesce(activities.customer_id, invoices.customer_id)
            order by activities.activity_date desc, max(activities.activity_id) desc
        ) as position_no
    from activities
    left join invoices on activities.invoice_id = invoices.invoice_id
    where
        ((activities.direction = 'out' and activities.kind <> 'note') or activities.channel = 'slack_task')
        and activities.activity_date <= {{ as_of_date() }}
        and coalesce(activities.customer_id, invoices.customer_id) is not null
    group by coalesce(activities.customer_id, invoices.customer_id), activities.kind, activities.activity_date
),

-- At most so many contacts in any window of days: full from the last of them until the first one leaves it.
recent_contact_holds as (
    select
        last_contacts.customer_id,
        'recent_contact' as hold_reason,
        last_contacts.activity_id as source_record_id,
        last_contacts.activity_date as hold_start_date,
        first_contacts.activity_date + settings.contacts_window_days as hold_until_date,
        last_contacts.recorded_at
    from last_contacts
    cross join settings
    inner join last_contacts as first_contacts
        on
            last_contacts.customer_id = first_contacts.customer_id
            and settings.contacts_maximum = first_contacts.position_no
    where
        last_contacts.position_no = 1
        and first_contacts.activity_date + settings.contacts_window_days > {{ as_of_date() }}
),

-- Where no source knows contacts at all, drafts go out without a recipient and say so. Nobody dates the
-- lack of a contact: since an address bounced, else since the oldest invoice still open.
reach_holds as (
    select
        customers.customer_id,
        case when contacts.is_opted_out then 'opt_out' else 'no_contact' end as hold_reason,
        customers.customer_id as source_record_id,
        coalesce(
            case when not contacts.is_opted_out then contacts.unreachable_since_date end, customers.oldest_invoice_date
        ) as hold_start_date,
        cast(null as date) as hold_until_date,
        cast(null as timestamp) as recorded_at
    from customers
    left join contacts on customers.customer_id = contacts.customer_id
    where
        exists (select 1 from contacts)
        and (contacts.is_opted_out or (contacts.email is null and contacts.phone is null))
),

holds as (
    {%- for cause in ["insolvency_holds", "recent_contact_holds", "reach_holds"] %}
    select
        customer_id,
        cast(null as varchar) as invoice_id,
        hold_reason,
        source_record_id,
        hold_start_date,
        hold_until_date,
        recorded_at
    from {{ cause }}
    {{ "union all" if not loop.last }}
    {%- endfor %}
),

final as (
    select
        customer_id,
        invoice_id,
        hold_reason,
        source_record_id,
        hold_start_date,
        hold_until_date,
        recorded_at
    from holds
    where
        hold_start_date <= {{ as_of_date() }}
        and (hold_until_date is null or hold_until_date > {{ as_of_date() }})
)

select * from final
