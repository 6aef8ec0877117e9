with broken_promises as (select * from {{ ref('int_broken_promises') }}),

customer_360 as (select * from {{ ref('fct_customer_360') }}),

segments as (select * from {{ ref('int_customer_segments') }}),

final as (
    select
        broken_promises.as_of_date,
        broken_promises.promise_id,
        broken_promises.customer_id,
        customer_360.customer_name,
        customer_360.account_owner,
        broken_promises.invoice_id,
        broken_promises.invoice_number,
        broken_promises.made_date,
        broken_promises.promised_date,
        broken_promises.currency,
        broken_promises.promised_amount,
        broken_promises.missing_amount,
        segments.lane,
        -- Nobody is told of what never reaches a person.
        broken_promises.is_new and segments.lane <> 'automatic' as is_new
    from broken_promises
    inner join customer_360 on broken_promises.customer_id = customer_360.customer_id
    inner join segments on broken_promises.customer_id = segments.customer_id
)

select * from final
