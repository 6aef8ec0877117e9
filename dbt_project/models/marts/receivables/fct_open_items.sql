with open_items as (select * from {{ ref('int_open_items') }}),

invoices as (select * from {{ ref('int_invoices_unioned') }}),

disputes as (select * from {{ ref('int_disputes_unioned') }}),

rates as (select * from {{ ref('int_fx_rates_daily') }}),

disputed as (
    select distinct
        open_items.as_of_date,
        open_items.invoice_id
    from open_items
    inner join disputes
        on
            open_items.invoice_id = disputes.invoice_id
            and disputes.raised_date <= open_items.as_of_date
            and (disputes.resolved_date is null or disputes.resolved_date > open_items.as_of_date)
),

dated as (
    select
        open_items.*,
        invoices.customer_id,
        invoices.invoice_number,
        invoices.invoice_date,
        invoices.currency
    from open_items
    inner join invoices on open_items.invoice_id = invoices.invoice_id
),

converted as (
    select
        dated.*,
        rates.rate as closing_rate
    from dated
    asof inner join rates on dated.currency = rates.from_currency and dated.as_of_date >= rates.rate_date
),

final as (
    select
        converted.as_of_date,
        converted.invoice_id,
        converted.instalment_no,
        converted.customer_id,
        coalesce(converted.invoice_number, converted.invoice_id) as invoice_number,
        converted.invoice_date,
        converted.due_date,
        converted.days_past_due,
        {{ aging_bucket('converted.days_past_due') }} as aging_bucket,
        converted.currency,
        converted.instalment_amount,
        converted.open_amount,
        converted.closing_rate,
        {{ reporting_currency() }} as reporting_currency,
        {{ money('converted.open_amount * converted.closing_rate') }} as open_amount_reporting,
        disputed.invoice_id is not null as is_disputed
    from converted
    left join disputed
        on converted.as_of_date = disputed.as_of_date and converted.invoice_id = disputed.invoice_id
)

select
    as_of_date,
    invoice_id,
    cast(instalment_no as integer) as instalment_no,
    customer_id,
    invoice_number,
    invoice_date,
    due_date,
    cast(days_past_due as integer) as days_past_due,
    aging_bucket,
    currency,
    instalment_amount,
    open_amount,
    closing_rate,
    reporting_currency,
    open_amount_reporting,
    is_disputed
from final
