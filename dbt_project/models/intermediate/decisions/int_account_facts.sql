with next_steps as (select * from {{ ref('int_next_steps') }}),

open_invoices as (select * from {{ ref('int_open_invoices_scored') }}),

customer_360 as (select * from {{ ref('fct_customer_360') }}),

broken_promises as (select * from {{ ref('int_broken_promises') }}),

disputes as (select * from {{ ref('int_disputes_unioned') }}),

exposures as (select * from {{ ref('int_account_exposures') }}),

activities as (select * from {{ ref('int_activities_unioned') }}),

-- The invoice that the account is shown by: the oldest past due, else the largest expected late.
ranked_invoices as (
    select
        open_invoices.customer_id,
        open_invoices.invoice_number,
        open_invoices.due_date,
        open_invoices.days_past_due,
        open_invoices.aging_bucket,
        open_invoices.is_past_due,
        open_invoices.is_early_warning,
        open_invoices.p10_date,
        open_invoices.p50_date,
        open_invoices.p90_date,
        open_invoices.prediction_method,
        open_invoices.reason_codes,
        row_number() over (
            partition by open_invoices.customer_id
            order by
                open_invoices.is_past_due desc,
                case when open_invoices.is_past_due then open_invoices.due_date end asc,
                open_invoices.is_early_warning desc,
                open_invoices.open_amount_reporting desc,
                open_invoices.invoice_id asc
        ) as position_no
    from open_invoices
),

accounts as (
    select
        customer_id,
        bool_or(is_past_due) as is_past_due,
        bool_or(is_early_warning) as is_early_warning
    from next_steps
    group by customer_id
),

last_broken_promises as (
    select
        customer_id,
        max(promised_date) as promised_date
    from broken_promises
    group by customer_id
),

disputed as (
    select
        open_invoices.customer_id,
        count(distinct open_invoices.invoice_id) as disputed_invoice_count
    from disputes
    inner join open_invoices on disputes.invoice_id = open_invoices.invoice_id
    where
        disputes.raised_date <= {{ as_of_date() }}
        and (disputes.resolved_date is null or disputes.resolved_date > {{ as_of_date() }})
    group by open_invoices.customer_id
),

final as (
    select
        {{ as_of_date() }} as as_of_date,
        accounts.customer_id,
        accounts.is_past_due,
        accounts.is_early_warning,
        ranked_invoices.invoice_number as shown_invoice_number,
        ranked_invoices.due_date as shown_due_date,
        ranked_invoices.days_past_due as shown_days_past_due,
        ranked_invoices.aging_bucket as shown_aging_bucket,
        ranked_invoices.p10_date,
        ranked_invoices.p50_date,
        ranked_invoices.p90_date,
        ranked_invoices.prediction_method,
        ranked_invoices.reason_codes,
        cast(round(customer_360.median_days_late_12m) as integer) as usual_days_late,
        customer_360.settled_invoice_count_12m,
        customer_360.insolvency_date,
        customer_360.open_ticket_count,
        last_broken_promises.promised_date as broken_promised_date,
        coalesce(disputed.disputed_invoice_count, 0) as disputed_invoice_count,
        exposures.churn_probability,
        exposures.churn_method,
        exposures.churn_reason_codes,
        -- Only where contacts are recorded at all does their absence mean something.
        exists (select 1 from activities)
        and ranked_invoices.is_past_due
        and coalesce(customer_360.last_contact_date < ranked_invoices.due_date, true) as is_unchased
    from accounts
    inner join ranked_invoices
        on accounts.customer_id = ranked_invoices.customer_id and ranked_invoices.position_no = 1
    inner join customer_360 on accounts.customer_id = customer_360.customer_id
    left join exposures on accounts.customer_id = exposures.customer_id
    left join last_broken_promises on accounts.customer_id = last_broken_promises.customer_id
    left join disputed on accounts.customer_id = disputed.customer_id
)

select * from final
