{#- What stands in the way of closing the month because of what arrived. An item counts rows, records, parties,
    currencies or sources; where what it holds back has no known value in the reporting currency it is null. -#}
with quarantined as (select * from {{ ref('int_quarantined_rows') }}),

suspense as (select * from {{ ref('int_suspense_items') }}),

differences as (select * from {{ ref('int_ledger_differences') }}),

reconciliation as (select * from {{ ref('fct_reconciliation') }}),

freshness as (select * from {{ ref('fct_source_freshness') }}),

unresolved as (select * from {{ ref('fct_identity_unresolved') }}),

rates as (select * from {{ ref('int_fx_rates_daily') }}),

closing_rates as (
    select from_currency, rate
    from {{ ref('int_fx_rates_every_day') }}
    where rate_date = {{ as_of_date() }}
),

positions as (
    select * from {{ ref('fct_receivables_by_currency') }}
    where as_of_date = {{ as_of_date() }}
),

-- A sum of which one part is unknown is unknown.
suspended as (
    select
        case
            when suspense.reason = 'missing_exchange_rate' and suspense.entity <> 'subscription_versions'
                then 'missing_exchange_rate'
            when suspense.entity in (
                'payment_allocations', 'credit_note_allocations', 'write_offs', 'invoice_due_dates'
            )
                then 'unmatched_settlement'
            else 'other_suspense'
        end as item,
        abs(suspense.amount) * closing_rates.rate as amount_reporting
    from suspense
    left join closing_rates on suspense.currency = closing_rates.from_currency
    where suspense.reason <> 'customer_not_linked'
),

aside as (
    select
        case
            when quarantined.entity in (
                'customers', 'invoices', 'invoice_due_dates', 'payments', 'payment_allocations', 'credit_notes',
                'credit_note_allocations', 'write_offs', 'fx_rates'
            )
                then 'quarantined_ledger_row'
            else 'quarantined_other_row'
        end as item,
        abs(quarantined.amount) * closing_rates.rate as amount_reporting
    from quarantined
    left join closing_rates on quarantined.currency = closing_rates.from_currency
    where not quarantined.is_dealt_with
),

last_rates as (
    select from_currency as currency, max(rate_date) as rate_date
    from rates
    where rate_date <= {{ as_of_date() }}
    group by from_currency
),

found as (
    select item, amount_reporting from suspended
    union all
    select item, amount_reporting from aside
    union all
    select 'ledger_difference' as item, abs(differences.difference_amount) * closing_rates.rate as amount_reporting
    from differences
    left join closing_rates on differences.currency = closing_rates.from_currency
    union all
    select
        'reconciliation_difference' as item,
        abs(reconciliation.difference_amount) * closing_rates.rate as amount_reporting
    from reconciliation
    left join closing_rates on reconciliation.currency = closing_rates.from_currency
    where reconciliation.difference_amount <> 0
    union all
    select 'not_reconciled' as item, null as amount_reporting
    from reconciliation
    where not_compared_reason = 'vendor_objects'
    union all
    -- Banks and central banks quote on working days: over Easter a rate is four days old, never eight.
    select 'stale_exchange_rate' as item, positions.open_invoices_amount_reporting as amount_reporting
    from positions
    inner join last_rates on positions.currency = last_rates.currency
    where
        positions.currency <> {{ reporting_currency() }}
        and last_rates.rate_date < {{ as_of_date() }} - 7
        and (positions.open_invoices_amount <> 0 or positions.ar_net_amount <> 0)
    union all
    select 'stale_source' as item, null as amount_reporting
    from freshness
    where is_stale
    union all
    select 'identity_in_doubt' as item, null as amount_reporting
    from unresolved
    where state = 'doubtful'
    group by source_name, party_id
),

final as (
    select
        item,
        count(*) as record_count,
        case
            when count(*) = count(amount_reporting) then {{ money('sum(amount_reporting)') }}
        end as amount_reporting
    from found
    group by item
)

select * from final
