{#- What the company itself did: a reply of the customer is none. -#}
with activities as (select * from {{ ref('int_activities_unioned') }}),

disputes as (select * from {{ ref('int_disputes_unioned') }}),

promises as (select * from {{ ref('int_promises_unioned') }}),

actions as (
    select
        if(invoice_id is null, 'customer', 'invoice') as subject,
        coalesce(invoice_id, customer_id) as subject_id,
        activity_date as action_date
    from activities
    where direction in ('out', 'internal')
    union all
    select 'invoice' as subject, invoice_id as subject_id, logged_date as action_date from disputes
    union all
    select 'invoice' as subject, invoice_id as subject_id, made_date as action_date from promises
),

final as (
    select
        subject,
        subject_id,
        action_date
    from actions
    where action_date <= {{ as_of_date() }}
    group by subject, subject_id, action_date
)

select * from final
