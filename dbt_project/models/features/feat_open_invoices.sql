{#- Open invoices by landmark. The grid is every 17 days from a fixed day: co-prime to week and month,
    hence of random phase. Only landmarks inside a spell are expanded. -#}
{%- set epoch = "date '2000-01-01'" -%}
{%- set first_landmark = "cast(" ~ as_of_date() ~ " - interval " ~ param('training_months') ~ " month as date)" -%}
with spells as (select * from {{ ref('feat_invoice_spells') }}),

invoices as (select * from {{ ref('int_invoices_unioned') }}),

balances as (select * from {{ ref('int_invoice_balances') }}),

instalments as (select * from {{ ref('int_instalments_versioned') }}),

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

-- An invoice that became known on the as-of date itself is open that evening and is scored too. It
-- counts in no feature of another row, so that features stay what they were the day before.
fresh as (
    select
        balances.invoice_id,
        any_value(balances.open_amount) as balance,
        max(instalments.due_date) as due_date,
        count(*) as instalment_count
    from balances
    inner join instalments
        on
            balances.invoice_id = instalments.invoice_id
            and instalments.valid_from <= {{ as_of_date() }}
            and instalments.valid_to > {{ as_of_date() }}
    anti join expanded
        on balances.invoice_id = expanded.invoice_id and expanded.landmark_date = {{ as_of_date() }}
    where
        balances.open_amount > 0
        and balances.valid_from <= {{ as_of_date() }}
        and balances.valid_to > {{ as_of_date() }}
    group by balances.invoice_id
),

population as (
    select
        landmark_date,
        invoice_id,
        customer_id,
        currency,
        invoice_date,
        due_date,
        gross_amount,
        balance,
        instalment_count,
        true as was_known_before
    from expanded
    union all
    select
        {{ as_of_date() }} as landmark_date,
        fresh.invoice_id,
        invoices.customer_id,
        invoices.currency,
        invoices.invoice_date,
        fresh.due_date,
        invoices.gross_amount,
        fresh.balance,
        fresh.instalment_count,
        false as was_known_before
    from fresh
    inner join invoices on fresh.invoice_id = invoices.invoice_id
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
        count(*) filter (where was_known_before) over customers as customer_open_count,
        count(*) filter (where was_known_before and due_date < landmark_date) over customers as customer_past_due_count,
        max(landmark_date - due_date) filter (where was_known_before) over customers as customer_oldest_days_past_due,
        coalesce(sum(balance) filter (where was_known_before) over customer_currencies, 0) as customer_open_amount,
        coalesce(
            sum(balance) filter (where was_known_before and due_date < landmark_date) over customer_currencies, 0
        )
            as customer_past_due_amount
    from population
    window
        customers as (partition by landmark_date, customer_id),
        customer_currencies as (partition by landmark_date, customer_id, currency)
)

select * from final
