{#- Open invoices by landmark. The grid is every 17 days from a fixed day: co-prime to week and month,
    hence of random phase. Only landmarks inside a spell are expanded. -#}
{%- set epoch = "date '2000-01-01'" -%}
{%- set first_landmark = "cast(" ~ as_of_date() ~ " - interval " ~ param('training_months') ~ " month as date)" -%}
with spells as (select * from {{ ref('feat_invoice_spells') }}),

-- A fact known on the landmark's own day is not yet known at the landmark.
steps as (
    select
        *,
        greatest(
            (known_from - {{ epoch }}) // 17 + 1,
            ({{ first_landmark }} - {{ epoch }} + 16) // 17
        ) as first_step,
        (least(known_to, {{ as_of_date() }} - 1) - {{ epoch }}) // 17 as last_step
    from spells
    where balance > 0
),

expanded as (
    select
        *,
        unnest(
            list_concat(
                list_transform(range(first_step, last_step + 1), lambda step: {{ epoch }} + cast(step * 17 as integer)),
                case when known_to >= {{ as_of_date() }} then [{{ as_of_date() }}] else [] end
            )
        ) as landmark_date
    from steps
),

final as (
    select
        landmark_date,
        invoice_id,
        customer_id,
        landmark_date = {{ as_of_date() }} as is_scoring,
        currency,
        invoice_date,
        due_date,
        gross_amount,
        balance,
        instalment_count,
        count(*) over customers as customer_open_count,
        count(*) filter (where due_date < landmark_date) over customers as customer_past_due_count,
        max(landmark_date - due_date) over customers as customer_oldest_days_past_due,
        sum(balance) over customer_currencies as customer_open_amount,
        coalesce(sum(balance) filter (where due_date < landmark_date) over customer_currencies, 0)
            as customer_past_due_amount
    from expanded
    window
        customers as (partition by landmark_date, customer_id),
        customer_currencies as (partition by landmark_date, customer_id, currency)
)

select * from final
