{#- What became of each landmark row by the run's date; the rows to score have no outcome yet. -#}
with open_invoices as (select * from {{ ref('feat_open_invoices') }}),

spells as (select * from {{ ref('feat_invoice_spells') }}),

-- Settled for good: the last that is known of the invoice leaves nothing open.
settlements as (
    select
        invoice_id,
        max(known_from) filter (where settled_as is not null) as settled_known_date,
        arg_max(reduced_date, known_from) filter (where settled_as is not null) as settled_date,
        arg_max(settled_as, known_from) filter (where settled_as is not null) as settled_as
    from spells
    group by invoice_id
    having arg_max(balance, known_from) <= 0 and bool_or(settled_as is not null)
),

-- A payment received before the landmark and recorded after it settles on day 0.
dated as (
    select
        open_invoices.landmark_date,
        open_invoices.invoice_id,
        settlements.settled_as,
        greatest(settlements.settled_date - open_invoices.landmark_date, 0) as days_to_settlement,
        settlements.settled_known_date - open_invoices.landmark_date as days_to_known
    from open_invoices
    left join settlements on open_invoices.invoice_id = settlements.invoice_id
    -- What a ledger file opens with, and transfers in it, are no invoices of their own: nothing to learn from.
    where not open_invoices.is_scoring and not regexp_matches(open_invoices.invoice_id, '^fec-(opening|other)-')
),

final as (
    select
        landmark_date,
        invoice_id,
        coalesce(settled_as, 'open') as outcome,
        case when settled_as is not null then days_to_settlement end as days_to_settlement,
        case when settled_as is not null then greatest(days_to_known, days_to_settlement) end as days_to_known,
        -- What becomes known on the run's date is not known yet.
        {{ as_of_date() }} - landmark_date - 1 as observed_days
    from dated
)

select * from final
