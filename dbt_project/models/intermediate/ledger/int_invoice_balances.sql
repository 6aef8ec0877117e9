with events as (select * from {{ ref('int_receivable_events') }}),

daily as (
    select
        invoice_id,
        effective_date,
        sum(amount) as amount
    from events
    where invoice_id is not null and event_type <> 'reschedule'
    group by invoice_id, effective_date
),

running as (
    select
        invoice_id,
        effective_date as valid_from,
        coalesce(
            lead(effective_date) over (partition by invoice_id order by effective_date), date '9999-12-31'
        ) as valid_to,
        cast(sum(amount) over (partition by invoice_id order by effective_date) as decimal(18, 2)) as open_amount
    from daily
),

final as (
    select
        invoice_id,
        valid_from,
        valid_to,
        open_amount
    from running
    where valid_from <= {{ as_of_date() }}
)

select * from final
