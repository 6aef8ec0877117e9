with promise_versions as (select * from {{ ref('int_promise_versions') }}),

-- The versions know nothing after the run's date: the one without an end is the one of that day.
final as (
    select
        promise_id,
        invoice_id,
        customer_id,
        currency,
        made_date,
        promised_date,
        amount,
        paid_by_deadline_amount as paid_amount,
        deadline_date,
        promise_state_tolerant as promise_state,
        paid_by_promised_date_amount >= amount as is_kept_strictly
    from promise_versions
    where valid_to > {{ as_of_date() }}
)

select * from final
