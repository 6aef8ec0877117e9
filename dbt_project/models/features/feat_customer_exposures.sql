{#- What a customer owed, as a stream: an invoice adds its balance on the day it becomes known and takes it
    away when the balance changes; it is past due from the day after its due date. Currency * is all of them. -#}
with spells as (select * from {{ ref('feat_invoice_spells') }}),

owed as (
    select *
    from spells
    where balance > 0
),

deltas as (
    select
        customer_id,
        currency,
        known_from as known_date,
        1 as open_delta,
        balance as open_amount_delta,
        0 as past_due_delta,
        0 as past_due_amount_delta
    from owed
    union all
    select
        customer_id,
        currency,
        known_to as known_date,
        -1 as open_delta,
        -balance as open_amount_delta,
        0 as past_due_delta,
        0 as past_due_amount_delta
    from owed
    union all
    select
        customer_id,
        currency,
        greatest(known_from, due_date) as known_date,
        0 as open_delta,
        0 as open_amount_delta,
        1 as past_due_delta,
        balance as past_due_amount_delta
    from owed
    where due_date < known_to
    union all
    select
        customer_id,
        currency,
        known_to as known_date,
        0 as open_delta,
        0 as open_amount_delta,
        -1 as past_due_delta,
        -balance as past_due_amount_delta
    from owed
    where due_date < known_to
),

daily as (
    select
        customer_id,
        coalesce(currency, '*') as currency,
        known_date,
        sum(open_delta) as open_delta,
        sum(open_amount_delta) as open_amount_delta,
        sum(past_due_delta) as past_due_delta,
        sum(past_due_amount_delta) as past_due_amount_delta
    from deltas
    -- An invoice still open on the run's date leaves the stream on that day, which no row reads.
    where known_date < {{ as_of_date() }}
    group by grouping sets ((customer_id, known_date), (customer_id, currency, known_date))
),

final as (
    select
        customer_id,
        currency,
        known_date,
        cast(sum(open_delta) over known_days as bigint) as open_count,
        sum(open_amount_delta) over known_days as open_amount,
        cast(sum(past_due_delta) over known_days as bigint) as past_due_count,
        sum(past_due_amount_delta) over known_days as past_due_amount
    from daily
    window known_days as (partition by customer_id, currency order by known_date)
)

select * from final
