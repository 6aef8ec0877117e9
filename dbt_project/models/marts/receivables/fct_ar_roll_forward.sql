{%- set flows = [
    'invoices_issued', 'invoices_voided', 'credit_notes', 'cash', 'prepayments_applied', 'net_write_offs'
] -%}
with by_currency as (select * from {{ ref('fct_receivables_by_currency') }}),

ledger_flows as (select * from {{ ref('int_ledger_flows') }}),

fx_effects as (select * from {{ ref('fct_fx_effects') }}),

balances as (
    select
        as_of_date,
        currency,
        reporting_currency,
        ar_net_amount,
        ar_net_amount_reporting,
        coalesce(lag(ar_net_amount) over by_date, 0) as opening_ar_net_amount,
        coalesce(lag(ar_net_amount_reporting) over by_date, 0) as opening_ar_net_amount_reporting
    from by_currency
    window by_date as (partition by currency order by as_of_date)
),

lines as (
    select
        balances.as_of_date,
        balances.currency,
        balances.reporting_currency,
        {%- for suffix, source_suffix in [('_amount', '_amount'), ('_amount_reporting', '_reporting')] %}
        balances.opening_ar_net{{ suffix }},
        balances.ar_net{{ suffix }} as closing_ar_net{{ suffix }},
        {%- for flow in flows %}
        {{ money('coalesce(ledger_flows.' ~ flow ~ source_suffix ~ ', 0)') }} as {{ flow ~ suffix }},
        {%- endfor %}
        {%- endfor %}
        fx_effects.fx_realised_reporting,
        fx_effects.fx_unrealised_change_reporting
    from balances
    left join ledger_flows
        on balances.as_of_date = ledger_flows.as_of_date and balances.currency = ledger_flows.currency
    inner join fx_effects on balances.as_of_date = fx_effects.as_of_date and balances.currency = fx_effects.currency
),

-- The exchange line carries the cents that rounding each line leaves, so that the page adds up; a test
-- holds it against realised plus change in unrealised.
final as (
    select
        as_of_date,
        currency,
        reporting_currency,
        {%- for suffix in ['_amount', '_amount_reporting'] %}
        cast(opening_ar_net{{ suffix }} as decimal(18, 2)) as opening_ar_net{{ suffix }},
        cast(invoices_issued{{ suffix }} - invoices_voided{{ suffix }} as decimal(18, 2)) as invoices{{ suffix }},
        {%- for flow in flows %}
        {{ flow ~ suffix }},
        {%- endfor %}
        closing_ar_net{{ suffix }},
        {%- endfor %}
        fx_realised_reporting,
        fx_unrealised_change_reporting,
        cast(
            closing_ar_net_amount_reporting
            - opening_ar_net_amount_reporting
            - invoices_issued_amount_reporting
            + invoices_voided_amount_reporting
            + credit_notes_amount_reporting
            + cash_amount_reporting
            + prepayments_applied_amount_reporting
            + net_write_offs_amount_reporting
            as decimal(18, 2)
        ) as fx_amount_reporting
    from lines
)

select * from final
