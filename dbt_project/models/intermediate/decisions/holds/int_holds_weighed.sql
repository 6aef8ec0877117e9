with by_records as (select * from {{ ref('int_holds_by_records') }}),

by_customers as (select * from {{ ref('int_holds_by_customers') }}),

by_ledger as (select * from {{ ref('int_holds_by_ledger') }}),

by_silence as (select * from {{ ref('int_holds_by_silence') }}),

by_desk as (select * from {{ ref('int_holds_by_desk') }}),

releases as (select * from {{ ref('stg_desk__releases') }}),

holds as (
    select * from by_records
    union all by name
    select * from by_customers
    union all by name
    select * from by_ledger
    union all by name
    select * from by_silence
    union all by name
    select * from by_desk
),

live_releases as (
    select
        release_id,
        customer_id,
        hold_reason,
        start_date,
        end_date,
        recorded_at
    from releases
    where start_date <= {{ as_of_date() }} and end_date > {{ as_of_date() }}
),

prioritised as (
    select
        holds.customer_id,
        holds.invoice_id,
        holds.hold_reason,
        holds.source_record_id,
        holds.hold_start_date,
        holds.hold_until_date,
        holds.comment,
        holds.author,
        holds.recorded_at,
        -- The reason shown first is the one that a person must respect longest.
        case holds.hold_reason
            when 'insolvency' then 1
            when 'opt_out' then 2
            when 'unknown_delivery' then 3
            when 'manual' then 4
            when 'dispute' then 5
            when 'promise' then 6
            when 'ticket' then 7
            when 'opportunity' then 8
            when 'unapplied_cash' then 9
            when 'stale_data' then 10
            when 'no_contact' then 11
            when 'recent_contact' then 12
        end as hold_priority
    from holds
),

-- Whoever may not be written to by law, and who may have been written to already, is not released; nor does
-- anybody decide about a hold that is yet to come. What a person placed, and a contact of the desk, are older
-- than the override by their entry.
final as (
    select
        {{ as_of_date() }} as as_of_date,
        prioritised.*,
        live_releases.release_id is not null as is_overridden,
        live_releases.release_id
    from prioritised
    left join live_releases
        on
            prioritised.customer_id = live_releases.customer_id
            and live_releases.hold_reason in (prioritised.hold_reason, '*')
            and prioritised.hold_reason not in ('insolvency', 'opt_out', 'unknown_delivery')
            and coalesce(
                prioritised.recorded_at < live_releases.recorded_at,
                prioritised.hold_start_date <= live_releases.start_date
            )
    qualify row_number() over (
        partition by prioritised.customer_id, prioritised.hold_reason, prioritised.source_record_id
        order by live_releases.end_date desc nulls last, live_releases.release_id asc
    ) = 1
)

select * from final
