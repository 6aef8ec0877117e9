with message_lines as (select * from {{ ref('int_message_lines') }}),

final as (
    select
        as_of_date,
        customer_id,
        invoice_id,
        invoice_number,
        invoice_date,
        due_date,
        cast(days_past_due as integer) as days_past_due,
        currency,
        asked_amount as open_amount,
        asked_amount_reporting as open_amount_reporting,
        {{ reporting_currency() }} as reporting_currency,
        cast(step_no as integer) as step_no,
        step,
        is_step_due
    from message_lines
)

select * from final
