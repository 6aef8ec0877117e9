with by_currency as (select * from {{ ref('fct_receivables_by_currency') }}),

ledger_flows as (select * from {{ ref('int_ledger_flows') }}),

open_items as (select * from {{ ref('fct_open_items') }}),

item_differences as (
    select as_of_date, currency, sum(unrealised_fx_reporting) as fx_unrealised_open_invoices
    from open_items
    group by as_of_date, currency
),

booked as (
    select
        by_currency.as_of_date,
        by_currency.currency,
        by_currency.reporting_currency,
        by_currency.closing_rate,
        by_currency.ar_net_amount,
        coalesce(item_differences.fx_unrealised_open_invoices, 0) as fx_unrealised_open_invoices,
        coalesce(ledger_flows.fx_realised_reporting, 0) as fx_realised,
        sum(coalesce(ledger_flows.open_booked_change, 0)) over so_far as open_booked,
        sum(coalesce(ledger_flows.unapplied_booked_change, 0)) over so_far as unapplied_booked
    from by_currency
    left join ledger_flows
        on by_currency.as_of_date = ledger_flows.as_of_date and by_currency.currency = ledger_flows.currency
    left join item_differences
        on by_currency.as_of_date = item_differences.as_of_date and by_currency.currency = item_differences.currency
    window so_far as (partition by by_currency.currency order by by_currency.as_of_date)
),

-- What is owed at the closing rate, less what the same items are booked at (IAS 21).
unrealised as (
    select
        *,
        ar_net_amount * closing_rate - (open_booked - unapplied_booked) as fx_unrealised
    from booked
),

final as (
    select
        as_of_date,
        currency,
        reporting_currency,
        closing_rate,
        {{ money('open_booked - unapplied_booked') }} as ar_net_booked_reporting,
        {{ money('ar_net_amount * closing_rate') }} as ar_net_closing_reporting,
        {{ money('fx_unrealised') }} as fx_unrealised_reporting,
        {{ money('fx_unrealised_open_invoices') }} as fx_unrealised_open_invoices_reporting,
        {{ money('fx_unrealised - coalesce(lag(fx_unrealised) over by_date, 0)') }} as fx_unrealised_change_reporting,
        {{ money('fx_realised') }} as fx_realised_reporting,
        {{ money('sum(fx_realised) over (
            partition by currency order by as_of_date rows between 11 preceding and current row
        )') }} as fx_realised_12m_reporting
    from unrealised
    window by_date as (partition by currency order by as_of_date)
)

select * from final
