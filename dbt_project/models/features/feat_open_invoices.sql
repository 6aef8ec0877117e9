{#- Open invoices by landmark. The grid that trains is every 17 days from a fixed day: co-prime to week and
    month, hence of random phase. First days of months are where a month's landing is forecast from. Only
    landmarks inside a spell are expanded. An invoice has a row of the evening it became known, too: it
    counts in no feature of another row, so that features stay what they were the day before. -#}
{%- set epoch = "date '2000-01-01'" -%}
{%- set first_landmark = "cast(" ~ as_of_date() ~ " - interval " ~ param('training_months') ~ " month as date)" -%}
with spells as (select * from {{ ref('feat_invoice_spells') }}),

issued as (select * from {{ ref('feat_issued_invoices') }}),

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
        (least(known_to, {{ as_of_date() }} - 1) - {{ epoch }}) // 17 as last_step,
        greatest(
            date_diff('month', {{ epoch }}, known_from) + 1,
            date_diff('month', {{ epoch }}, {{ first_landmark }} - 1) + 1
        ) as first_month,
        date_diff('month', {{ epoch }}, least(known_to, {{ as_of_date() }} - 1)) as last_month
    from spells
    where balance > 0
),

expanded as (
    select
        *,
        unnest(
            list_distinct(
                list_concat(
                    list_transform(
                        range(first_step, last_step + 1), lambda step: {{ epoch }} + cast(step * 17 as integer)
                    ),
                    list_transform(
                        range(first_month, last_month + 1),
                        lambda month: make_date(2000 + month // 12, 1 + month % 12, 1)
                    ),
                    case when known_to >= {{ as_of_date() }} then [{{ as_of_date() }}] else [] end
                )
            )
        ) as landmark_date
    from steps
),

-- What became known on the run's own date is in no spell yet.
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
        landmark_date = {{ as_of_date() }} as is_scoring,
        (landmark_date - {{ epoch }}) % 17 = 0 as is_grid,
        day(landmark_date) = 1 as is_month_start,
        false as is_issue,
        currency,
        invoice_date,
        due_date,
        gross_amount,
        balance,
        instalment_count
    from expanded
    union all
    select
        landmark_date,
        invoice_id,
        customer_id,
        false as is_scoring,
        false as is_grid,
        false as is_month_start,
        true as is_issue,
        currency,
        invoice_date,
        due_date,
        gross_amount,
        gross_amount as balance,
        instalment_count
    from issued
    union all
    select
        {{ as_of_date() }} as landmark_date,
        fresh.invoice_id,
        invoices.customer_id,
        true as is_scoring,
        false as is_grid,
        false as is_month_start,
        true as is_issue,
        invoices.currency,
        invoices.invoice_date,
        fresh.due_date,
        invoices.gross_amount,
        fresh.balance,
        fresh.instalment_count
    from fresh
    inner join invoices on fresh.invoice_id = invoices.invoice_id
),

-- The days of past issues are not expanded for the customer's other invoices: unknown there.
final as (
    select
        *,
        case
            when not is_issue or is_scoring
                then max(landmark_date - due_date) filter (where not is_issue) over customers
        end as customer_oldest_days_past_due
    from population
    window customers as (partition by landmark_date, customer_id)
)

select * from final
