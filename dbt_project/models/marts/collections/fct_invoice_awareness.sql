with awareness as (select * from {{ ref('int_invoice_awareness') }}),

leaking_invoices as (select * from {{ ref('int_leaking_invoices') }}),

activities as (select * from {{ ref('int_activities_unioned') }}),

-- Before the first recorded activity nobody knows who was chased.
recorded as (
    select count(*) > 0 as has_activities
    from activities
    where activity_date <= {{ as_of_date() }}
),

leaking_now as (
    select invoice_id, past_due_amount_reporting
    from leaking_invoices
    where as_of_date = {{ as_of_date() }}
),

current_reading as (
    select
        invoice_id,
        customer_id,
        problem_date,
        problem_kind,
        noticed_date,
        case when ended_date <= {{ as_of_date() }} then ended_date end as ended_date
    from awareness
    where valid_from <= {{ as_of_date() }} and valid_to > {{ as_of_date() }}
),

final as (
    select
        {{ as_of_date() }} as as_of_date,
        current_reading.invoice_id,
        current_reading.customer_id,
        current_reading.problem_date,
        current_reading.problem_kind,
        current_reading.noticed_date,
        current_reading.ended_date,
        current_reading.noticed_date is not null as is_noticed,
        cast(current_reading.noticed_date - current_reading.problem_date as integer) as awareness_delay_days,
        cast(
            coalesce(current_reading.noticed_date, current_reading.ended_date, {{ as_of_date() }})
            - current_reading.problem_date as integer
        ) as unaware_days,
        coalesce(
            {{ end_of_window('coalesce(current_reading.noticed_date, current_reading.ended_date)', 12) }}
            > {{ as_of_date() }},
            true
        ) as is_in_awareness_window,
        if(recorded.has_activities, leaking_now.invoice_id is not null, null) as is_leakage,
        {{ reporting_currency() }} as reporting_currency,
        cast(
            if(recorded.has_activities, coalesce(leaking_now.past_due_amount_reporting, 0), null) as decimal(18, 2)
        ) as leakage_amount_reporting
    from current_reading
    left join leaking_now on current_reading.invoice_id = leaking_now.invoice_id
    cross join recorded
)

select * from final
