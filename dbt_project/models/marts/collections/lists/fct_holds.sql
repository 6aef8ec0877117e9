with holds as (select * from {{ ref('int_holds_placed') }}),

customer_360 as (select * from {{ ref('fct_customer_360') }}),

open_invoices as (select * from {{ ref('int_open_invoices_scored') }}),

final as (
    select
        holds.as_of_date,
        holds.customer_id,
        customer_360.customer_name,
        holds.invoice_id,
        open_invoices.invoice_number,
        holds.hold_reason,
        holds.source_record_id,
        holds.hold_start_date,
        holds.hold_until_date,
        holds.review_date,
        holds.comment,
        holds.author,
        holds.is_overridden,
        holds.release_id,
        {{ reporting_currency() }} as reporting_currency,
        cast(holds.deferred_amount_reporting as decimal(18, 2)) as deferred_amount_reporting,
        cast(holds.attributed_amount_reporting as decimal(18, 2)) as attributed_amount_reporting
    from holds
    inner join customer_360 on holds.customer_id = customer_360.customer_id
    left join open_invoices on holds.invoice_id = open_invoices.invoice_id
)

select * from final
