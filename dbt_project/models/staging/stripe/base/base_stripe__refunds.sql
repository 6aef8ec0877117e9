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
        cast({{ text_at('amount') }} as decimal(24, 6)) as amount,
        upper({{ text_at('currency') }}) as currency,
        {{ unix_at('created') }} as refunded_at
    from latest
    -- Failed and canceled ones came back to the company, on a day that Stripe does not tell.
    where coalesce({{ text_at('status') }}, 'succeeded') in ('succeeded', 'pending')
),

-- A list says how much of each refund a credit note explains; old credit notes name one refund, all of it.
listed as (
    select
        object_id as credit_note_id,
        unnest(cast(json_extract(payload, '$.refunds') as json[])) as refund
    from credit_notes
    where {{ text_at('status') }} <> 'void'
),

explained as (
    select
        {{ text_at('refund', 'refund') }} as refund_id,
        cast({{ text_at('amount_refunded', 'refund') }} as decimal(24, 6)) as amount
    from listed
    union all
    select
        read.refund_id,
        read.amount
    from credit_notes
    inner join read on {{ text_at('refund', 'credit_notes.payload') }} = read.refund_id
    anti join listed on credit_notes.object_id = listed.credit_note_id
    where {{ text_at('status', 'credit_notes.payload') }} <> 'void'
),

credited as (
    select
        refund_id,
        sum(explained.amount) as amount
    from explained
    group by refund_id
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
        greatest(
            {{ whole_units('read.amount - coalesce(credited.amount, 0)', 'read.currency') }}, 0
        ) as unexplained_amount
    from read
    inner join charges on read.charge_id = charges.charge_id
    left join credited on read.refund_id = credited.refund_id
)

select * from final
