{#- The evening each invoice became known, with the terms it came with: where days late at issue are learned.
    What was paid on the same day is not known yet. -#}
{%- set first_landmark = "cast(" ~ as_of_date() ~ " - interval " ~ param('training_months') ~ " month as date)" -%}
with spells as (select * from {{ ref('feat_invoice_spells') }}),

final as (
    select
        min(known_from) as landmark_date,
        invoice_id,
        any_value(customer_id) as customer_id,
        any_value(currency) as currency,
        any_value(invoice_date) as invoice_date,
        arg_min(due_date, known_from) as due_date,
        any_value(gross_amount) as gross_amount,
        arg_min(instalment_count, known_from) as instalment_count
    from spells
    where gross_amount > 0
    group by invoice_id
    having min(known_from) >= {{ first_landmark }}
)

select * from final
