{{ config(materialized='table') }}

with latest as (
    {{ latest_objects(source('raw_stripe', 'disputes')) }}
),

versions as (select * from {{ source('raw_stripe', 'disputes') }}),

events as (select * from {{ source('raw_stripe', 'events') }}),

charges as (select * from {{ ref('base_stripe__charges') }}),

read as (
    select
        object_id as dispute_id,
        {{ text_at('charge') }} as charge_id,
        {{ text_at('amount') }} as amount,
        upper({{ text_at('currency') }}) as currency,
        {{ text_at('reason') }} as reason,
        {{ text_at('status') }} as status,
        {{ text_at('status') }} in ('won', 'lost', 'warning_closed', 'prevented', 'charge_refunded') as is_closed,
        {{ unix_at('created') }} as raised_at,
        {{ unix_at('evidence_details.due_by') }} as evidence_due_at,
        cast(json_extract(payload, '$.balance_transactions') as json[]) as movements
    from latest
),

closed_events as (
    select
        {{ text_at('data.object.id') }} as dispute_id,
        min({{ unix_at('created') }}) as closed_at
    from events
    where {{ text_at('type') }} = 'charge.dispute.closed'
    group by dispute_id
),

-- The dispute does not say when it ended. The load that first saw it ended does, unless it is the first.
seen_closed as (
    select
        object_id as dispute_id,
        min(_loaded_at) filter (where not _is_first_load) as closed_at
    from versions
    where {{ text_at('status') }} in ('won', 'lost', 'warning_closed', 'prevented', 'charge_refunded')
    group by dispute_id
),

moved as (
    select
        dispute_id,
        min({{ unix_at('created', 'movement') }}) filter (
            where cast({{ text_at('amount', 'movement') }} as bigint) < 0
        ) as withdrawn_at,
        max({{ unix_at('created', 'movement') }}) filter (
            where cast({{ text_at('amount', 'movement') }} as bigint) > 0
        ) as reinstated_at
    from (select read.dispute_id, unnest(read.movements) as movement from read) as movements
    group by dispute_id
),

final as (
    select
        read.dispute_id,
        read.charge_id,
        charges.invoice_id,
        charges.customer_id,
        read.currency,
        {{ whole_units('read.amount', 'read.currency') }} as amount,
        read.reason,
        if(read.is_closed, read.status, null) as outcome,
        read.raised_at,
        -- An inquiry (a warning) moves no money, nor does a dispute whose list of movements is empty.
        coalesce(
            moved.withdrawn_at,
            if(
                read.status like 'warning%' or read.status = 'prevented' or coalesce(len(read.movements) = 0, false),
                null,
                read.raised_at
            )
        ) as withdrawn_at,
        if(
            read.is_closed,
            coalesce(
                closed_events.closed_at, moved.reinstated_at, seen_closed.closed_at,
                read.evidence_due_at, read.raised_at
            ),
            null
        ) as resolved_at,
        if(
            read.status = 'won' or moved.reinstated_at is not null,
            coalesce(
                moved.reinstated_at, closed_events.closed_at, seen_closed.closed_at,
                read.evidence_due_at, read.raised_at
            ),
            null
        ) as reinstated_at
    from read
    inner join charges on read.charge_id = charges.charge_id
    left join moved on read.dispute_id = moved.dispute_id
    left join closed_events on read.dispute_id = closed_events.dispute_id
    left join seen_closed on read.dispute_id = seen_closed.dispute_id
)

select * from final
