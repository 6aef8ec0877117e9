with open_items as (select * from {{ ref('fct_open_items') }}),

invoices as (select * from {{ ref('int_invoices_unioned') }}),

predictions as (select * from {{ source('ml', 'invoice_predictions') }}),

settings as (select * from {{ ref('int_policy_settings') }}),

-- An invoice is as old as its oldest open instalment; only what is past due can be asked for.
open_invoices as (
    select
        as_of_date,
        invoice_id,
        customer_id,
        any_value(invoice_number) as invoice_number,
        any_value(invoice_date) as invoice_date,
        any_value(currency) as currency,
        any_value(closing_rate) as closing_rate,
        min(due_date) as due_date,
        max(days_past_due) as days_past_due,
        count(*) as open_instalment_count,
        sum(open_amount) as open_amount,
        sum(open_amount_reporting) as open_amount_reporting,
        coalesce(sum(open_amount) filter (where days_past_due > 0), 0) as past_due_amount,
        coalesce(sum(open_amount_reporting) filter (where days_past_due > 0), 0) as past_due_amount_reporting
    from open_items
    where as_of_date = {{ as_of_date() }} and open_amount > 0
    group by as_of_date, invoice_id, customer_id
),

scored as (
    select
        open_invoices.as_of_date,
        open_invoices.invoice_id,
        open_invoices.customer_id,
        open_invoices.invoice_number,
        open_invoices.invoice_date,
        open_invoices.currency,
        open_invoices.due_date,
        open_invoices.days_past_due,
        open_invoices.open_instalment_count,
        {{ aging_bucket('open_invoices.days_past_due') }} as aging_bucket,
        open_invoices.days_past_due > 0 as is_past_due,
        cast(open_invoices.open_amount as decimal(18, 2)) as open_amount,
        cast(open_invoices.open_amount_reporting as decimal(18, 2)) as open_amount_reporting,
        cast(open_invoices.past_due_amount as decimal(18, 2)) as past_due_amount,
        cast(open_invoices.past_due_amount_reporting as decimal(18, 2)) as past_due_amount_reporting,
        {{ money('invoices.gross_amount * open_invoices.closing_rate') }} as invoice_amount_reporting,
        -- A fallback that knows no payments predicts nothing; a missing date is then not a late one.
        predictions.p_unpaid_120d is not null as is_predicted,
        case when predictions.p_unpaid_120d is not null then predictions.method end as prediction_method,
        predictions.reason_codes,
        predictions.p10_date,
        predictions.p50_date,
        predictions.p90_date,
        predictions.p_unpaid_120d
    from open_invoices
    inner join invoices on open_invoices.invoice_id = invoices.invoice_id
    left join predictions
        on
            open_invoices.invoice_id = predictions.invoice_id
            and open_invoices.as_of_date = predictions.as_of_date
),

final as (
    select
        scored.*,
        -- A predicted invoice without a median date is expected beyond the horizon of the model.
        not scored.is_past_due
        and scored.is_predicted
        -- The prediction is of the whole invoice: it says nothing of its next instalment.
        and scored.open_instalment_count = 1
        and scored.days_past_due >= -settings.early_warning_horizon_days
        and (
            scored.p50_date is null
            or scored.p50_date >= scored.due_date + settings.early_warning_minimum_days_late
        ) as is_early_warning,
        case
            when scored.is_past_due then scored.past_due_amount
            else scored.open_amount
        end as asked_amount,
        case
            when scored.is_past_due then scored.past_due_amount_reporting
            else scored.open_amount_reporting
        end as asked_amount_reporting
    from scored
    cross join settings
)

select * from final
