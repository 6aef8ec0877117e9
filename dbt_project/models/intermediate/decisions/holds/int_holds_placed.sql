{%- set hold_columns = [
    'as_of_date', 'customer_id', 'invoice_id', 'hold_reason', 'source_record_id', 'hold_start_date', 'hold_until_date',
    'comment', 'author',
] -%}
with invoice_holds as (select * from {{ ref('int_invoice_holds') }}),

weighed as (select * from {{ ref('int_holds_weighed') }}),

next_steps as (select * from {{ ref('int_next_steps') }}),

holding as (
    select
        {{ hold_columns | join(",\n        ") }},
        false as is_overridden,
        cast(null as varchar) as release_id,
        sum(deferred_amount_reporting) as deferred_amount_reporting,
        coalesce(sum(deferred_amount_reporting) filter (where is_deciding), 0) as attributed_amount_reporting
    from invoice_holds
    group by
        {{ hold_columns | join(",\n        ") }}
),

-- Shown, so that everybody sees who decided to write all the same; it defers nothing.
overridden as (
    select
        {{ hold_columns | join(",\n        ") }},
        is_overridden,
        release_id,
        0 as deferred_amount_reporting,
        0 as attributed_amount_reporting
    from weighed
    where
        is_overridden
        and (
            invoice_id in (select next_steps.invoice_id from next_steps)
            or (invoice_id is null and customer_id in (select next_steps.customer_id from next_steps))
        )
),

held as (
    select * from holding
    union all by name
    select * from overridden
),

final as (
    select
        held.*,
        -- A hold without an end is looked at again every 30 days.
        coalesce(
            hold_until_date,
            hold_start_date + 30 * cast(ceil(greatest(as_of_date - hold_start_date, 1) / 30) as integer)
        ) as review_date
    from held
)

select * from final
