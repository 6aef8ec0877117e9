with dispute_counts as (select * from {{ ref('int_dispute_counts') }}),

positions as (select * from {{ ref('fct_receivables_position') }}),

final as (
    select
        positions.as_of_date,
        positions.reporting_currency,
        cast(coalesce(dispute_counts.issued_count, 0) as bigint) as issued_invoice_count_12m,
        cast(coalesce(dispute_counts.disputed_count, 0) as bigint) as disputed_invoice_count_12m,
        round({{ ratio('dispute_counts.disputed_count', 'dispute_counts.issued_count') }}, 6) as dispute_rate_count,
        positions.disputed_amount_reporting,
        positions.open_invoices_amount_reporting,
        round({{ ratio('positions.disputed_amount_reporting', 'positions.open_invoices_amount_reporting') }}, 6)
            as dispute_rate_value,
        cast(coalesce(dispute_counts.raised_count, 0) as bigint) as raised_dispute_count_12m,
        cast(coalesce(dispute_counts.resolved_count, 0) as bigint) as resolved_dispute_count_12m,
        round({{ ratio('dispute_counts.resolved_days', 'dispute_counts.resolved_count') }}, 6)
            as dispute_cycle_time_days,
        cast(coalesce(dispute_counts.open_count, 0) as bigint) as open_dispute_count,
        positions.disputed_invoice_count as disputed_open_invoice_count,
        round({{ ratio('dispute_counts.open_days', 'dispute_counts.open_count') }}, 6) as dispute_open_age_days
    from positions
    left join dispute_counts on positions.as_of_date = dispute_counts.as_of_date
)

select * from final
