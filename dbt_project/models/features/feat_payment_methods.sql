{#- How a customer paid last, by day: a stream to join the newest row before a landmark. -#}
with payments as (select * from {{ ref('int_payments_unioned') }}),

final as (
    select
        customer_id,
        known_date,
        arg_max(method, payment_id) as payment_method
    from payments
    where kind = 'receipt' and method is not null and known_date < {{ as_of_date() }}
    group by customer_id, known_date
)

select * from final
