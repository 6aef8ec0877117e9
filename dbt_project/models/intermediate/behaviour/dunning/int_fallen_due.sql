{#- How much of an invoice has fallen due by the dates in force on each day: due on the day is not due (K9). -#}
{{ config(materialized='view') }}

with instalments as (select * from {{ ref('int_instalments_versioned') }}),

past_due as (
    select
        invoice_id,
        greatest(due_date + 1, valid_from) as past_due_from,
        valid_to as past_due_to,
        amount
    from instalments
    where due_date + 1 < valid_to
),

-- A later schedule takes back what the earlier one had made due.
final as (
    select invoice_id, past_due_from as movement_date, amount
    from past_due
    where past_due_from <= {{ as_of_date() }}
    union all
    select invoice_id, past_due_to as movement_date, -amount as amount
    from past_due
    where past_due_to <= {{ as_of_date() }}
)

select * from final
