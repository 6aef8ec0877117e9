{#- Which open invoices this month's landing hangs on. -#}
{{ config(tags=['after_scoring']) }}

with open_items as (select * from {{ ref('fct_open_items') }}),

predictions as (select * from {{ ref('fct_invoice_predictions') }}),

open_invoices as (
    select
        invoice_id,
        customer_id,
        invoice_number,
        min(due_date) as due_date,
        sum(open_amount_reporting) as open_amount_reporting
    from open_items
    where as_of_date = {{ as_of_date() }} and open_amount > 0
    group by invoice_id, customer_id, invoice_number
),

final as (
    select
        {{ as_of_date() }} as as_of_date,
        open_invoices.invoice_id,
        open_invoices.customer_id,
        open_invoices.invoice_number,
        open_invoices.due_date,
        {{ reporting_currency() }} as reporting_currency,
        {{ money('open_invoices.open_amount_reporting') }} as open_amount_reporting,
        predictions.p50_date,
        predictions.p_paid_by_month_end,
        {{ money('open_invoices.open_amount_reporting * predictions.p_paid_by_month_end') }}
            as expected_by_month_end_amount_reporting
    from open_invoices
    left join predictions on open_invoices.invoice_id = predictions.invoice_id
)

select * from final
