{%- set columns = [
    'not_due', 'd1_30', 'd31_60', 'd61_90', 'd90_plus', 'open_invoices', 'past_due', 'unapplied_cash',
    'unapplied_credit_notes', 'prepayments', 'ar_net', 'disputed', 'disputed_not_due', 'disputed_d90_plus'
] -%}
with as_of_dates as (select * from {{ ref('int_as_of_dates') }}),

by_currency as (select * from {{ ref('fct_receivables_by_currency') }}),

expected_losses as (select * from {{ ref('fct_expected_credit_loss') }}),

balances as (
    select
        as_of_date,
        {%- for column in columns %}
        sum({{ column }}_amount_reporting) as {{ column }},
        {%- endfor %}
        sum(disputed_invoice_count) as disputed_invoice_count
    from by_currency
    group by as_of_date
),

-- From unrounded rates: rounding comes after the last sum (K14).
allowances as (
    select as_of_date, sum(cast(exposure_amount_reporting as decimal(29, 2)) * loss_rate) as ecl_allowance
    from expected_losses
    group by as_of_date
),

dated as (
    select
        as_of_dates.as_of_date,
        {%- for column in columns %}
        coalesce(balances.{{ column }}, 0) as {{ column }},
        {%- endfor %}
        coalesce(balances.disputed_invoice_count, 0) as disputed_invoice_count,
        coalesce(allowances.ecl_allowance, 0) as ecl_allowance
    from as_of_dates
    left join balances on as_of_dates.as_of_date = balances.as_of_date
    left join allowances on as_of_dates.as_of_date = allowances.as_of_date
),

final as (
    select
        as_of_date,
        {{ reporting_currency() }} as reporting_currency,
        {%- for column in columns %}
        {{ money(column) }} as {{ column }}_amount_reporting,
        {%- endfor %}
        {{ money('not_due') }} as current_amount_reporting,
        {{ money('ar_net - disputed') }} as ar_net_ex_disputed_amount_reporting,
        round({{ ratio('not_due', 'open_invoices') }}, 6) as pct_current,
        round({{ ratio('past_due', 'open_invoices') }}, 6) as pct_past_due,
        round({{ ratio('d90_plus', 'open_invoices') }}, 6) as pct_90_plus,
        round({{ ratio('not_due', 'ar_net') }}, 6) as pct_current_crf,
        round({{ ratio('past_due', 'ar_net') }}, 6) as pct_past_due_crf,
        round({{ ratio('d90_plus', 'ar_net') }}, 6) as pct_90_plus_crf,
        round({{ ratio('past_due - (disputed - disputed_not_due)', 'open_invoices - disputed') }}, 6)
            as pct_past_due_ex_disputed,
        round({{ ratio('d90_plus - disputed_d90_plus', 'open_invoices - disputed') }}, 6) as pct_90_plus_ex_disputed,
        round({{ ratio('unapplied_cash', 'open_invoices') }}, 6) as unapplied_cash_pct,
        {{ money('ecl_allowance') }} as ecl_allowance_reporting,
        round({{ ratio('ecl_allowance', 'open_invoices') }}, 6) as ecl_coverage,
        round({{ ratio('ecl_allowance', 'past_due') }}, 6) as ecl_coverage_past_due,
        cast(disputed_invoice_count as bigint) as disputed_invoice_count
    from dated
)

select * from final
