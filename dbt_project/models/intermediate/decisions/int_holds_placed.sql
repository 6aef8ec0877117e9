with invoice_holds as (select * from {{ ref('int_invoice_holds') }}),

final as (
    select
        as_of_date,
        customer_id,
        invoice_id,
        hold_reason,
        source_record_id,
        hold_start_date,
        hold_until_date,
        sum(deferred_amount_reporting) as deferred_amount_reporting,
        coalesce(sum(deferred_amount_reporting) filter (where is_deciding), 0) as attributed_amount_reporting
    from invoice_holds
    group by
        as_of_date,
        customer_id,
        invoice_id,
        hold_reason,
        source_record_id,
        hold_start_date,
        hold_until_date
)

select * from final
