{{ config(materialized='table') }}

with latest as (
    {{ latest_objects(source('raw_stripe', 'refunds')) }}
),

credit_notes as (
    {{ latest_objects(source('raw_stripe', 'credit_notes')) }}
),

charges as (select * from {{ ref('base_stripe__charges') }}),

read as (
    select
        object_id as refund_id,
        {{ text_at('charge') }} as charge_id,
        {{ text_at('amount') }} as amount,
        upper({{ text_at('currency') }}) as currency,
        {{ unix_at('created') }} as refunded_at
    from latest
    -- Failed and canceled ones came back to the company, on a day that Stripe does not tell.
    where coalesce({{ text_at('status') }}, 'succeeded') in ('succeeded', 'pending')
),

credited as (
    select {{ text_at('refund') }} as refund_id
    from credit_notes
    where {{ text_at('status') }} <> 'void' and {{ text_at('refund') }} is not null
    union
    select unnest(cast(json_extract_string(payload, '$.refunds[*].refund') as varchar[])) as refund_id
    from credit_notes
    where {{ text_at('status') }} <> 'void'
),

final as (
    select
        read.refund_id,
        read.charge_id,
        charges.invoice_id,
        charges.customer_id,
        read.currency,
        {{ whole_units('read.amount', 'read.currency') }} as amount,
        read.refunded_at,
        credited.refund_id is not null as has_credit_note
    from read
    inner join charges on read.charge_id = charges.charge_id
    left join credited on read.refund_id = credited.refund_id
)

select * from final
