{{ config(materialized='table') }}

with latest as (
    {{ latest_objects(source('raw_stripe', 'invoices')) }}
),

-- An invoice that is paid or voided late leaves the lists that are read daily; its event is not missed.
transitions as (
    select
        {{ text_at('data.object.id') }} as invoice_id,
        max({{ unix_at('data.object.status_transitions.paid_at') }}) as paid_at,
        max({{ unix_at('data.object.status_transitions.voided_at') }}) as voided_at,
        max({{ unix_at('data.object.status_transitions.marked_uncollectible_at') }}) as uncollectible_at,
        bool_or({{ is_true_at('data.object.paid_out_of_band') }}) as is_paid_out_of_band
    from {{ source('raw_stripe', 'events') }}
    where {{ text_at('type') }} like 'invoice.%'
    group by invoice_id
),

read as (
    select
        object_id as invoice_id,
        {{ text_at('customer') }} as customer_id,
        {{ text_at('customer_name') }} as customer_name,
        {{ text_at('customer_email') }} as customer_email,
        {{ text_at('number') }} as invoice_number,
        upper({{ text_at('currency') }}) as currency,
        cast({{ text_at('total') }} as decimal(24, 6)) as total,
        cast({{ text_at('total_excluding_tax') }} as decimal(24, 6)) as total_excluding_tax,
        cast({{ text_at('tax') }} as decimal(24, 6)) as tax,
        -- What of the customer's credit (a negative balance) the invoice used up.
        least(cast({{ text_at('ending_balance') }} as decimal(24, 6)), 0)
        - least(cast({{ text_at('starting_balance') }} as decimal(24, 6)), 0) as credit_used,
        -- What of it became a debt on the customer's balance (a positive one); below zero, the debt it asks for too.
        greatest(cast({{ text_at('ending_balance') }} as decimal(24, 6)), 0)
        - greatest(cast({{ text_at('starting_balance') }} as decimal(24, 6)), 0) as deferred,
        {{ text_at('ending_balance') }} is not null as is_balance_known,
        coalesce(
            {{ text_at('subscription') }}, {{ text_at('parent.subscription_details.subscription') }}
        ) as subscription_id,
        coalesce({{ text_at('charge.id') }}, {{ text_at('charge') }}) as charge_id,
        {{ text_at('payment_intent') }} as payment_intent_id,
        -- send_invoice or charge_automatically: sent to be paid, or collected.
        {{ text_at('collection_method') }} as delivery_channel,
        {{ unix_at('due_date') }} as due_at,
        {{ unix_at('created') }} as created_at,
        {{ unix_at('effective_at') }} as effective_at,
        -- Every other transition comes after it was finalized.
        coalesce(
            {{ unix_at('status_transitions.finalized_at') }},
            least(
                {{ unix_at('status_transitions.paid_at') }},
                {{ unix_at('status_transitions.voided_at') }},
                {{ unix_at('status_transitions.marked_uncollectible_at') }}
            )
        ) as finalized_at,
        {{ unix_at('status_transitions.paid_at') }} as paid_at,
        {{ unix_at('status_transitions.voided_at') }} as voided_at,
        {{ unix_at('status_transitions.marked_uncollectible_at') }} as uncollectible_at,
        {{ is_true_at('paid_out_of_band') }} as is_paid_out_of_band
    from latest
),

final as (
    select
        read.invoice_id,
        read.customer_id,
        read.customer_name,
        read.customer_email,
        read.invoice_number,
        read.delivery_channel,
        read.currency,
        {{ whole_units('read.total', 'read.currency') }} as gross_amount,
        {{ whole_units('coalesce(read.total_excluding_tax, read.total - read.tax)', 'read.currency') }} as net_amount,
        greatest({{ whole_units('read.credit_used', 'read.currency') }}, 0) as credit_used_amount,
        if(read.is_balance_known, {{ whole_units('read.deferred', 'read.currency') }}, 0) as deferred_amount,
        read.subscription_id,
        read.charge_id,
        read.payment_intent_id,
        read.due_at,
        read.created_at,
        coalesce(read.effective_at, read.finalized_at) as invoiced_at,
        read.finalized_at,
        coalesce(read.paid_at, transitions.paid_at) as paid_at,
        coalesce(read.voided_at, transitions.voided_at) as voided_at,
        coalesce(read.uncollectible_at, transitions.uncollectible_at) as uncollectible_at,
        read.is_paid_out_of_band or coalesce(transitions.is_paid_out_of_band, false) as is_paid_out_of_band
    from read
    left join transitions on read.invoice_id = transitions.invoice_id
    -- Before it is finalized it is a draft; below zero it is credit, which counts when it is used.
    where read.finalized_at is not null and read.total >= 0
)

select * from final
