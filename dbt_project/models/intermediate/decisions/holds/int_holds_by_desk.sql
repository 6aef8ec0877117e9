{#- Holds that the desk itself knows of: those a person placed, and messages whose outcome nobody knows. -#}
with holds as (select * from {{ ref('stg_desk__holds') }}),

deliveries as (select * from {{ ref('stg_desk__deliveries') }}),

manual_holds as (
    select
        customer_id,
        invoice_id,
        'manual' as hold_reason,
        hold_id as source_record_id,
        start_date as hold_start_date,
        end_date as hold_until_date,
        comment,
        author,
        recorded_at
    from holds
),

-- Whether the customer was written to is not known: nothing more leaves before a person knows.
unknown_delivery_holds as (
    select
        customer_id,
        cast(null as varchar) as invoice_id,
        'unknown_delivery' as hold_reason,
        message_id as source_record_id,
        min(business_date) as hold_start_date,
        cast(null as date) as hold_until_date,
        cast(null as varchar) as comment,
        cast(null as varchar) as author,
        cast(null as timestamp) as recorded_at
    from deliveries
    where state in ('unknown', 'claimed') and kind in ('reminder', 'task')
    group by message_id, customer_id
),

stated as (
    select * from manual_holds
    union all by name
    select * from unknown_delivery_holds
),

final as (
    select
        customer_id,
        invoice_id,
        hold_reason,
        source_record_id,
        hold_start_date,
        hold_until_date,
        comment,
        author,
        recorded_at
    from stated
    where
        hold_start_date <= {{ as_of_date() }}
        and (hold_until_date is null or hold_until_date > {{ as_of_date() }})
)

select * from final
