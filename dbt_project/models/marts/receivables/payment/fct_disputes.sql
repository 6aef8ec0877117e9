with dispute_counts as (select * from {{ ref('int_dispute_counts') }}),

positions as (select * from {{ ref('fct_receivables_position') }}),

disputes as (select * from {{ ref('int_disputes_unioned') }}),

-- Before the first recorded dispute nobody knows what is disputed: unknown, not nothing.
recorded as (
    select positions.as_of_date
    from positions
    where positions.as_of_date >= (select min(disputes.raised_date) from disputes)
),

final as (
    select
        positions.as_of_date,
        positions.reporting_currency,
        cast(coalesce(dispute_counts.issued_count, 0) as bigint) as issued_invoice_count_12m,
        cast(coalesce(dispute_counts.disputed_count, 0) as bigint) as disputed_invoice_count_12m,
        round(
            if(
                recorded.as_of_date is not null,
                {{ ratio('dispute_counts.disputed_count', 'dispute_counts.issued_count') }},
                null
            ), 6
        ) as dispute_rate_count,
        positions.disputed_amount_reporting,
        positions.open_invoices_amount_reporting,
        round(
            if(
                recorded.as_of_date is not null,
                {{ ratio('positions.disputed_amount_reporting', 'positions.open_invoices_amount_reporting') }},
                null
            ), 6
        ) as dispute_rate_value,
        cast(coalesce(dispute_counts.raised_count, 0) as bigint) as raised_dispute_count_12m,
        cast(coalesce(dispute_counts.resolved_count, 0) as bigint) as resolved_dispute_count_12m,
        round({{ ratio('dispute_counts.resolved_days', 'dispute_counts.resolved_count') }}, 6)
            as dispute_cycle_time_days,
        cast(coalesce(dispute_counts.open_count, 0) as bigint) as open_dispute_count,
        positions.disputed_invoice_count as disputed_open_invoice_count,
        round({{ ratio('dispute_counts.open_days', 'dispute_counts.open_count') }}, 6) as dispute_open_age_days
    from positions
    left join recorded on positions.as_of_date = recorded.as_of_date
    left join dispute_counts on positions.as_of_date = dispute_counts.as_of_date
)

select * from final
